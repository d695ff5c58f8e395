/** What a task is: problems from a seed at a difficulty, teacher traces, an exact verifier. One file per task. */
import type { z } from 'zod';
import { excerpt } from '../quote';
import type { Random } from '../random';
import { folded, isSameText, plain } from '../text/answerText';
import type { Picture } from './picture';

export interface Problem<P = unknown> {
  readonly prompt: string;
  readonly answer: string;
  /** The structured instance, as plain data that another program can solve. */
  readonly problem: P;
}

/** `short` answers at once, `long` thinks step by step, `mend` thinks, goes wrong, notices and mends it. */
export const traceKinds = ['short', 'long', 'mend'] as const;
export type TraceKind = (typeof traceKinds)[number];

export interface Trace {
  readonly kind: TraceKind;
  /** As the model should write it, without the end token. */
  readonly completion: string;
}

export interface Verdict {
  readonly correct: boolean;
  /** In [0, 1]: how much of the answer is right; 1 where correct. Logged, never rewarded by default. */
  readonly partial: number;
  readonly reason: string;
  /** What else the task measures of an answer, by name, as the gap of a tour: logged beside. */
  readonly measures?: Readonly<Record<string, number>>;
}

export interface Task<P = unknown> {
  readonly name: string;
  readonly title: string;
  /** One sentence for a person who has never seen it. */
  readonly about: string;
  /** The difficulty dial: what it counts, its range, and where it starts. */
  readonly level: { readonly unit: string; readonly min: number; readonly max: number; readonly initial: number };
  readonly problemSchema: z.ZodType<P>;
  generate(random: Random, level: number): Problem<P>;
  /**
   * What makes two problems the same to whoever solves them, as the same terms in another order do: no such pair may be parted
   * into one that is trained on and one that is held out. The prompt, where left out.
   */
  identity?(problem: P): string;
  /** At least one of each kind. */
  traces(problem: Problem<P>): readonly Trace[];
  /** Characters of the longest prompt at a level. */
  longestPrompt(level: number): number;
  /** Tokens of the longest trace of a kind at a level, end token included. */
  longestTrace(level: number, kind: TraceKind): number;
  /** @param answer the text after the think block; null where it never closed */
  verify(problem: P, answer: string | null): Verdict;
  /**
   * Whether the verifier takes two answers for one: they are one vote. The same text but for spaces and letter case, where
   * left out.
   */
  isSame?(problem: P, a: string, b: string): boolean;
  /** The problem as a person would draw it, with the answer in it where it can be read. */
  picture(problem: P, answer: string | null): Picture;
}

/** Whether the task's verifier takes two answers for one. */
export const isSameAnswer = <P>(task: Pick<Task<P>, 'isSame'>, problem: P, a: string, b: string): boolean =>
  task.isSame ? task.isSame(problem, a, b) : isSameText(a, b);

/** Characters of an answer that a reason quotes: longer than what any recipe's budget allows. */
export const LONGEST_QUOTE = 600;

/**
 * A verdict on an answer that is one exact text, but for spaces and letter case: partial credit counts the places that agree.
 * @param read how spaces count
 */
export function exactVerdict(expected: string, answer: string | null, read = plain): Verdict {
  if (answer === null)
    return { correct: false, partial: 0, reason: 'the think block never closes, so there is no answer' };
  const given = read(answer);
  const wanted = folded(read(expected));
  if (folded(given) === wanted) return { correct: true, partial: 1, reason: `${expected} is right` };
  if (given === '') return { correct: false, partial: 0, reason: `no answer; ${expected} was expected` };
  const agree = [...wanted].filter((char, i) => folded(given)[i] === char).length;
  return {
    correct: false,
    partial: agree / Math.max(wanted.length, given.length),
    reason: `answered ${excerpt(given, LONGEST_QUOTE)}, ${expected} was expected`,
  };
}

export const think = (thought: string, answer: string): string => `<think>${thought}</think>${answer}`;
