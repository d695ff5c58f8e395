/** Own problems from a file: one JSON object a line, and how their answers are matched. */

import { excerpt, listed, quote } from '../quote';
import { taskByName } from '../tasks';
import {
  OWN,
  OWN_LIMITS,
  type OwnLine,
  type OwnProblems,
  ownFaults,
  ownLineSchema,
  ownMatches,
  ownTask,
} from '../tasks/own';
import type { Task } from '../tasks/task';
import type { Given } from './command';
import { InputError, input, jsonLines, parseWith } from './input';

export const OWN_OPTIONS = {
  data: {
    type: 'string',
    value: 'FILE.jsonl',
    help: `problems of your own, for the task ${OWN}: prompt and answer a line`,
  },
  match: { type: 'string', value: ownMatches.join('|'), help: 'how their answers are matched (default exact)' },
  tolerance: {
    type: 'number',
    value: 'X',
    min: 0,
    max: 1e12,
    help: 'by how much their numbers may differ (default 0)',
  },
} as const;
type OwnGiven = Given<typeof OWN_OPTIONS>;

/** The problems of `--data`; null where there is none. @throws naming file and line of what is wrong */
export function readOwn({ data: file, match: wanted, tolerance }: OwnGiven): OwnProblems | null {
  if (file === undefined) {
    if (wanted !== undefined || tolerance !== undefined)
      throw new InputError('--match and --tolerance are for the problems of --data, which is missing');
    return null;
  }
  const match = ownMatches.find((name) => name === (wanted ?? 'exact'));
  if (!match) throw new InputError(`--match: ${quote(wanted)} is none of ${ownMatches.join(', ')}`);
  if (tolerance !== undefined && match !== 'numeric')
    throw new InputError(`--tolerance is for --match numeric, and the match is ${match}`);
  const problems: OwnLine[] = [];
  const places: string[] = [];
  for (const { json, where } of jsonLines(file)) {
    if (problems.length === OWN_LIMITS.problems)
      throw new InputError(`${where}: there are more than ${OWN_LIMITS.problems} problems`);
    problems.push(parseWith(ownLineSchema, json, where));
    places.push(where);
  }
  if (problems.length === 0) throw new InputError(`${file} has no problems`);
  const own = { problems, match, tolerance: tolerance ?? 0 };
  const faults = ownFaults(own).map(({ index, field, message }) => `${places[index]}: ${field}: ${message}`);
  if (faults.length > 0) throw new InputError(listed(faults));
  return own;
}

/** The task of a name, or of the problems of `--data`, or else of `fallback` where the name is own. */
export function taskFrom(name: string, given: OwnGiven, fallback: OwnProblems | null = null): Task {
  const read = readOwn(given);
  if (name !== OWN) {
    if (read) throw new InputError(`--data has the problems of the task ${OWN}, not of ${excerpt(name)}`);
    return input(() => taskByName(name));
  }
  const own = read ?? fallback;
  if (!own) throw new InputError(`--data: the task ${OWN} has its problems in a file of JSON lines, which is missing`);
  return input(() => ownTask(own) as Task);
}
