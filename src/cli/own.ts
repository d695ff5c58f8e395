/** Reads own problems from a file: one JSON object per line, and the rule that matches answers. */
import { excerpt, listed } from '../quote';
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
import { shownPath } from './fileFault';
import { InputError, input, jsonLines, oneOf, parseWith } from './input';

export const OWN_OPTIONS = {
  data: {
    type: 'string',
    value: 'FILE.jsonl',
    help: `file with your own problems for the task ${OWN}: one JSON object with prompt and answer per line`,
  },
  match: { type: 'string', value: ownMatches.join('|'), help: 'rule that matches their answers (default exact)' },
  tolerance: {
    type: 'number',
    value: 'X',
    min: 0,
    max: 1e12,
    help: 'largest difference of two numbers that match, for --match numeric; default 0',
  },
} as const;
type OwnGiven = Given<typeof OWN_OPTIONS>;

/** Reads the problems of `--data`; null without that option. @throws naming file, line and fault */
export function readOwn({ data: file, match: wanted, tolerance }: OwnGiven): OwnProblems | null {
  if (file === undefined) {
    if (wanted !== undefined || tolerance !== undefined)
      throw new InputError('--match and --tolerance need --data, which is missing; add it');
    return null;
  }
  const match = oneOf(wanted ?? 'exact', ownMatches, 'match');
  if (tolerance !== undefined && match !== 'numeric')
    throw new InputError(`--tolerance needs --match numeric; the match is ${match}`);
  const problems: OwnLine[] = [];
  const places: string[] = [];
  for (const { json, where } of jsonLines(file)) {
    if (problems.length === OWN_LIMITS.problems)
      throw new InputError(`${where}: the file has more than ${OWN_LIMITS.problems} problems; use fewer`);
    problems.push(parseWith(ownLineSchema, json, where));
    places.push(where);
  }
  if (problems.length === 0) throw new InputError(`${shownPath(file)} has no problems; add at least one line`);
  const own = { problems, match, tolerance: tolerance ?? 0 };
  const faults = ownFaults(own).map(({ index, field, message }) => `${places[index]}: ${field}: ${message}`);
  if (faults.length > 0) throw new InputError(listed(faults));
  return own;
}

/** Task of a name. The task own has the problems of `--data`, else those of `fallback`. */
export function taskFrom(name: string, given: OwnGiven, fallback: OwnProblems | null = null): Task {
  const read = readOwn(given);
  if (name !== OWN) {
    if (read) throw new InputError(`--data is for the task ${OWN}, not for ${excerpt(name)}; use --task ${OWN}`);
    return input(() => taskByName(name));
  }
  const own = read ?? fallback;
  if (!own) throw new InputError(`--data is missing: the task ${OWN} needs a file of problems in JSON lines`);
  return input(() => ownTask(own) as Task);
}
