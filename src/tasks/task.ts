/** What a task is: problems from a seed at a difficulty, teacher traces, an exact verifier. One file per task. */
import type { z } from 'zod';
import type { Random } from '../random';
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
  /** The problem as a person would draw it, with the answer in it where it can be read. */
  picture(problem: P, answer: string | null): Picture;
}

/** A verdict on an answer that is one exact text: partial credit counts the places that agree. */
export function exactVerdict(expected: string, answer: string | null): Verdict {
  if (answer === null)
    return { correct: false, partial: 0, reason: 'the think block never closes, so there is no answer' };
  const given = answer.trim();
  if (given === expected) return { correct: true, partial: 1, reason: `${expected} is right` };
  if (given === '') return { correct: false, partial: 0, reason: `no answer; ${expected} was expected` };
  const agree = [...expected].filter((char, i) => given[i] === char).length;
  return {
    correct: false,
    partial: agree / Math.max(expected.length, given.length),
    reason: `answered ${given}, ${expected} was expected`,
  };
}

export const think = (thought: string, answer: string): string => `<think>${thought}</think>${answer}`;
