/**
 * Properties of every task, over thousands of seeds: its traces verify, a wrong answer fails however it is dressed, a
 * right one passes, problems repeat by seed and survive JSON. For tests; each task's test brings its own judge.
 */
import { describe, expect, it } from 'vitest';
import { type Random, random } from '../random';
import { parseCompletion } from '../text/completion';
import { Tokenizer } from '../text/tokenizer';
import { isSameAnswer, type Problem, type Task, traceKinds } from './task';
import { verdictFault } from './verdicts';

const SEEDS = 2000;

export interface TaskProperties<P> {
  /** True for a right answer, decided in another way than the task's verifier does. */
  isRight(problem: P, answer: string): boolean;
  /** Answers near a given one, most of them wrong; beside those that every task is tried on. */
  mutations(problem: Problem<P>, stream: Random): readonly string[];
  /** True where answers are single signs in a row, which spaces may part. */
  readonly signs?: boolean;
}

const BLANKS = [' ', '  ', '\t', '\n', '\u00a0', '\u202f', '\u2009', '\u2060', '\ufeff'];
const SIGNS: Readonly<Record<string, readonly string[]>> = {
  '-': ['\u2212', '\u2013', '\u2011'],
  '*': ['\u00d7', '\u22c5', '\u2217'],
};

/** The same answer with blanks around and within, letters in any case, and signs as word processors write them. */
function dressed(answer: string, stream: Random, signs: boolean): string {
  const chars = [...answer];
  const written = chars.map((char, i) => {
    const parted = signs || !/[a-z0-9.]{2}/i.test(`${char}${chars[i + 1] ?? ''}`);
    const shown = stream.next() < 0.5 ? char : stream.pick(SIGNS[char] ?? [char.toUpperCase(), char.toLowerCase()]);
    return parted && stream.next() < 0.4 ? `${shown}${stream.pick(BLANKS)}` : shown;
  });
  return `${stream.pick(['', ...BLANKS])}${written.join('')}`;
}

/** Characters in and out, twice over, cut short: answers that are near the right one. */
function disturbed(answer: string, stream: Random): string[] {
  const at = stream.integer(0, answer.length - 1);
  const other = stream.pick([...'0123456789abcx,-+'].filter((char) => char !== answer[at]));
  return [
    answer.slice(0, at) + other + answer.slice(at + 1),
    answer.slice(0, at) + answer.slice(at + 1),
    answer.slice(0, at) + other + answer.slice(at),
    `${answer}${other}`,
    `${other}${answer}`,
    ` ${answer} ${answer}`,
    `${answer}${answer}`,
    `<think>${answer}`,
  ];
}

export function taskProperties<P>(task: Task<P>, { isRight, mutations, signs = false }: TaskProperties<P>): void {
  const tokenizer = new Tokenizer();
  const { min, initial, max } = task.level;
  const levels = [...new Set([min, initial, Math.round((initial + max) / 2), max])];
  const problems = Array.from({ length: SEEDS }, (_, seed) => {
    const level = levels[seed % levels.length]!;
    return { level, seed, problem: task.generate(random(seed, 'property'), level) };
  });

  describe(`${task.name}, over ${SEEDS} seeds`, () => {
    it('writes traces of every kind that its verifier accepts, within the lengths that it claims', () => {
      for (const { level, problem } of problems) {
        expect(tokenizer.encode(problem.prompt).length).toBeLessThanOrEqual(task.longestPrompt(level));
        const traces = task.traces(problem);
        expect(new Set(traces.map(({ kind }) => kind))).toEqual(new Set(traceKinds));
        for (const { kind, completion } of traces) {
          const parsed = parseCompletion(completion);
          expect(parsed.think).toBe('ok');
          expect(task.verify(problem.problem, parsed.answer)).toMatchObject({ correct: true, partial: 1 });
          expect(tokenizer.completion(completion).length).toBeLessThanOrEqual(task.longestTrace(level, kind));
        }
      }
    });

    it('gives credit to what is right and to nothing else', () => {
      for (const { problem, seed } of problems) {
        const stream = random(seed, 'mutations');
        expect(isRight(problem.problem, problem.answer), problem.prompt).toBe(true);
        for (const answer of [problem.answer, ` ${problem.answer}\n`])
          expect(task.verify(problem.problem, answer).correct, answer).toBe(true);
        const near = [...disturbed(problem.answer, stream), ...mutations(problem, stream), ''];
        for (const answer of near) {
          const verdict = task.verify(problem.problem, answer);
          const right = isRight(problem.problem, answer.trim());
          const { correct, partial, reason } = verdict;
          // asked by hand: an expectation for each of some hundred thousand answers takes its time
          if (
            correct !== right ||
            !(partial >= 0 && (right ? partial === 1 : partial < 1)) ||
            verdictFault(task, reason)
          )
            expect.fail(
              `${JSON.stringify(answer)} for ${problem.prompt} is ${right ? 'right' : 'wrong'}, not ${JSON.stringify(verdict)}`,
            );
        }
        expect(task.verify(problem.problem, null)).toMatchObject({ correct: false, partial: 0 });
      }
    });

    it('judges an answer the same however it is spaced and written, and never joins what spaces part', () => {
      for (const { problem, seed } of problems.slice(0, SEEDS / 4)) {
        const stream = random(seed, 'dressed');
        const near = [...disturbed(problem.answer, stream), ...mutations(problem, stream)];
        const bare = near.filter((answer) => /^[!-~]{1,200}$/.test(answer));
        for (const answer of [problem.answer, problem.answer, stream.pick(bare)]) {
          const other = dressed(answer, stream, signs);
          const [plain, spaced] = [answer, other].map((text) => task.verify(problem.problem, text));
          const sameVote = isSameAnswer(task, problem.problem, answer, other);
          if (plain!.correct !== spaced!.correct || plain!.partial !== spaced!.partial || !sameVote)
            expect.fail(`${JSON.stringify(other)} is judged as another answer than ${JSON.stringify(answer)}`);
        }
        const one = stream.pick(bare);
        const [first, second] = [problem.answer, one].map((text) => task.verify(problem.problem, text).correct);
        if (isSameAnswer(task, problem.problem, problem.answer, one)) expect(second, one).toBe(first);
        const parted = problem.answer.replace(/(?<=\d)(?=\d)/, ' ');
        if (!signs && parted !== problem.answer)
          expect(task.verify(problem.problem, parted).correct, parted).toBe(false);
      }
    });

    it('repeats by seed, differs between seeds, survives JSON, and can be drawn', () => {
      const prompts = (seed: number) => {
        const stream = random(seed, 'again');
        return Array.from({ length: 20 }, () => task.generate(stream, initial).prompt);
      };
      expect(prompts(3)).toEqual(prompts(3));
      expect(prompts(3)).not.toEqual(prompts(4));
      for (const { problem } of problems) {
        const back = task.problemSchema.parse(JSON.parse(JSON.stringify(problem.problem)));
        expect(back).toEqual(problem.problem);
        expect(task.identity?.(problem.problem)).toBe(task.identity?.(back));
        for (const answer of [problem.answer, '', null, 'nonsense', `${problem.answer}1`])
          expect(task.picture(problem.problem, answer).caption).not.toBe('');
      }
    });
  });
}
