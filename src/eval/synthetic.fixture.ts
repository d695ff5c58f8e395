/** Synthetic policy for tests: it answers each problem right with a known probability. */
import { random } from '../random';
import type { Task } from '../tasks/task';
import { Tokenizer } from '../text/tokenizer';
import type { Generate } from './accuracy';

export const tokenizer = new Tokenizer();

/**
 * Policy that answers problem i right with probability rates[i]. A quarter of its wrong answers have no end.
 * @param problems in the order of the requests
 */
export const syntheticPolicy =
  (problems: readonly { readonly answer: string }[], rates: readonly number[]): Generate =>
  async (requests, { seed }) =>
    requests.map(({ sequence }) => {
      const stream = random(seed, 'policy', sequence);
      const p = sequence % problems.length;
      const right = stream.next() < rates[p]!;
      const text = right ? problems[p]!.answer : 'no';
      const ended = right || stream.next() < 0.75;
      const ids = tokenizer.completion(`<think>${'1'.repeat(stream.integer(0, 9))}</think>${text}`);
      return { ids: ended ? ids : ids.slice(0, -1), ended };
    });

/** Problems of a task, with rates spread evenly over (0, 1). */
export function syntheticProblems(task: Task, level: number, count: number) {
  const stream = random(1, 'synthetic');
  const problems = Array.from({ length: count }, () => task.generate(stream, level));
  return { problems, rates: problems.map((_, i) => (i + 0.5) / count) };
}
