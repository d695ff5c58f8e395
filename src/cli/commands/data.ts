/** `data`: problems with teacher traces, one JSON object a line. `verify`: completions against their problems. */

import { z } from 'zod';
import { browsedStream } from '../../lab/browse';
import { OWN, ownJudge } from '../../tasks/own';
import type { Task } from '../../tasks/task';
import { parseCompletion } from '../../text/completion';
import { InputError, input, jsonLines, numeric, options, parseWith, required, SEED } from '../input';
import { print } from '../output';
import { OWN_OPTIONS, readOwn, taskFrom } from '../own';

export function data(args: readonly string[]): void {
  const given = options(args, {
    task: { type: 'string' },
    level: { type: 'string' },
    n: { type: 'string', short: 'n' },
    seed: { type: 'string' },
    ...OWN_OPTIONS,
  });
  const task = taskFrom(required(given.task, 'task'), given);
  const { min, max, initial } = task.level;
  const level = numeric(given.level, 'level', initial, { min, max, whole: true });
  const count = numeric(given.n, 'n', 10, { min: 1, max: 1e6, whole: true });
  const stream = browsedStream(task, level, numeric(given.seed, 'seed', 0, SEED));
  for (let i = 0; i < count; i++) {
    const problem = input(() => task.generate(stream, level));
    print(JSON.stringify({ ...problem, traces: task.traces(problem) }));
  }
}

const line = z.object({ problem: z.unknown(), completion: z.string() });
const named = z.object({ prompt: z.string() });

export function verify(args: readonly string[]): void {
  const given = options(args, { task: { type: 'string' }, in: { type: 'string' }, ...OWN_OPTIONS });
  const name = required(given.task, 'task');
  const own = readOwn(given);
  // without a file of their own, own problems bring their answers along
  const judge: Pick<Task, 'problemSchema' | 'verify'> =
    name === OWN && !own ? (ownJudge as Pick<Task, 'problemSchema' | 'verify'>) : taskFrom(name, given);
  const file = required(given.in, 'in');
  const known = new Map(own?.problems.map((problem) => [problem.prompt, problem]));
  /** With a file, its own answer counts: the line only names the prompt. */
  const full = (problem: unknown, where: string): unknown => {
    if (!own) return problem;
    const { prompt } = parseWith(named, problem, `${where}: problem`);
    const found = known.get(prompt);
    if (!found) throw new InputError(`${where}: problem: ${given.data} has no prompt ${JSON.stringify(prompt)}`);
    return { ...found, match: own.match, tolerance: own.tolerance };
  };
  const verdicts = jsonLines(file).map(({ json, where }) => {
    const { problem, completion } = parseWith(line, json, where);
    const checked = parseWith(judge.problemSchema, full(problem, where), `${where}: problem`);
    return judge.verify(checked, parseCompletion(completion).answer);
  });
  for (const { correct, partial, reason, measures } of verdicts)
    print(JSON.stringify({ correct, partial, reason, measures }));
}
