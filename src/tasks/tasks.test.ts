/** Every task, over thousands of seeds: traces verify, mutated answers fail, generation is repeatable. */
import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { parseCompletion } from '../text/completion';
import { Tokenizer } from '../text/tokenizer';
import { taskByName, taskNames } from './index';

const SEEDS = 2000;
const tokenizer = new Tokenizer();

describe.each(taskNames)('%s', (name) => {
  const task = taskByName(name);
  const levels = [task.level.min, task.level.initial, task.level.max];
  const problems = Array.from({ length: SEEDS }, (_, seed) => {
    const level = levels[seed % levels.length]!;
    return { level, seed, ...task.generate(random(seed, 'property'), level) };
  });

  it('writes traces that its verifier accepts, within the lengths that it claims', () => {
    for (const { level, ...problem } of problems) {
      expect(problem.prompt.length).toBeLessThanOrEqual(task.longestPrompt(level));
      for (const { completion } of task.traces(problem)) {
        const parsed = parseCompletion(completion);
        expect(parsed.think).toBe('ok');
        expect(task.verify(problem.problem, parsed.answer)).toMatchObject({ correct: true, partial: 1 });
        expect(tokenizer.completion(completion).length).toBeLessThanOrEqual(task.longestTrace(level));
      }
    }
  });

  it('gives no credit to a wrong answer, however it is dressed', () => {
    for (const { problem, answer, seed } of problems) {
      const digit = String((Number(answer.at(-1)) + 1 + (seed % 8)) % 10);
      for (const wrong of [answer.slice(0, -1) + digit, `${answer}0`, `0${answer}`, '', ` ${answer} ${answer}`, null])
        expect(task.verify(problem, wrong), `${wrong} for ${answer}`).toMatchObject({ correct: false });
    }
  });

  it('has a short and a long trace of each problem, and a problem that survives JSON', () => {
    for (const { problem, prompt, answer } of problems.slice(0, 50)) {
      const back = task.problemSchema.parse(JSON.parse(JSON.stringify(problem)));
      const kinds = task.traces({ problem: back, prompt, answer }).map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(['long', 'short']);
    }
  });

  it('is repeatable by seed and differs between seeds', () => {
    const prompts = (seed: number) => {
      const stream = random(seed, 'again');
      return Array.from({ length: 20 }, () => task.generate(stream, task.level.initial).prompt);
    };
    expect(prompts(3)).toEqual(prompts(3));
    expect(prompts(3)).not.toEqual(prompts(4));
  });
});

it('says what the long traces of the reference look like', () => {
  const parity = taskByName('parity');
  const bits = [1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1];
  const trace = (task: ReturnType<typeof taskByName>, problem: unknown, answer: string) =>
    task.traces({ prompt: '', answer, problem }).find(({ kind }) => kind === 'long')?.completion;
  expect(trace(parity, { bits }, '0')).toBe('<think>100110001110</think>0');
  expect(trace(taskByName('addition'), { terms: [65, 84] }, '149')).toBe('<think>5+4=9,6+8=14</think>149');
  expect(trace(taskByName('addition'), { terms: [67, 84] }, '151')).toBe('<think>7+4=11,6+8+1=15</think>151');
});

it('names the tasks that there are', () => {
  expect(() => taskByName('chess')).toThrow('there is no task "chess"; there are parity, addition');
});
