/** `data`: problems with teacher traces, one JSON object a line. `verify`: completions against their problems. */
import { z } from 'zod';
import { browsedStream } from '../../lab/browse';
import { taskByName } from '../../tasks';
import { parseCompletion } from '../../text/completion';
import { InputError, input, numeric, options, parseWith, readFile, required, SEED } from '../input';

export function data(args: readonly string[]): void {
  const given = options(args, {
    task: { type: 'string' },
    level: { type: 'string' },
    n: { type: 'string', short: 'n' },
    seed: { type: 'string' },
  });
  const task = input(() => taskByName(required(given.task, 'task')));
  const { min, max, initial } = task.level;
  const level = numeric(given.level, 'level', initial, { min, max, whole: true });
  const count = numeric(given.n, 'n', 10, { min: 1, max: 1e6, whole: true });
  const stream = browsedStream(task, level, numeric(given.seed, 'seed', 0, SEED));
  for (let i = 0; i < count; i++) {
    const problem = task.generate(stream, level);
    console.log(JSON.stringify({ ...problem, traces: task.traces(problem) }));
  }
}

const line = z.object({ problem: z.unknown(), completion: z.string() });

export function verify(args: readonly string[]): void {
  const given = options(args, { task: { type: 'string' }, in: { type: 'string' } });
  const task = input(() => taskByName(required(given.task, 'task')));
  const file = required(given.in, 'in');
  const verdicts = readFile(file)
    .toString()
    .split('\n')
    .flatMap((text, i) => {
      if (text.trim() === '') return [];
      const where = `${file}: line ${i + 1}`;
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch (error) {
        throw new InputError(`${where} is not JSON (${(error as Error).message})`);
      }
      const { problem, completion } = parseWith(line, json, where);
      const checked = parseWith(task.problemSchema, problem, `${where}: problem`);
      return [task.verify(checked, parseCompletion(completion).answer)];
    });
  for (const { correct, partial, reason } of verdicts) console.log(JSON.stringify({ correct, partial, reason }));
}
