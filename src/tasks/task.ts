/** The record of a task: problems from a seed at a level, teacher traces, an exact verifier, its recipe. One file per task. */
import type { z } from 'zod';
import type { Random } from '../random';
import type { Reason, Words } from '../reason';
import { isSameText } from '../text/answerText';
import type { Picture } from './picture';

export interface Problem<P = unknown> {
  readonly prompt: string;
  readonly answer: string;
  /** The structured instance, as plain data that another program can solve. */
  readonly problem: P;
}

/** `short` answers at once, `long` thinks step by step, `mend` makes a mistake, notices it and corrects it. */
export const traceKinds = ['short', 'long', 'mend'] as const;
export type TraceKind = (typeof traceKinds)[number];

export interface Trace {
  readonly kind: TraceKind;
  /** As the model should write it, without the end token. */
  readonly completion: string;
}

export interface Verdict {
  readonly correct: boolean;
  /** Share of the answer that is right, in [0, 1]; 1 where correct. Logged, never rewarded by default. */
  readonly partial: number;
  readonly reason: Reason;
  /** Other measures that the task takes of an answer, by name, as the gap of a tour. */
  readonly measures?: Readonly<Record<string, number>>;
}

/** Settings that a small model learns the task with, under the recipe's names; a recipe has defaults for the others. */
export interface TaskRecipe {
  readonly title: string;
  /** Lesson of the recipe, in a sentence or two. */
  readonly about: string;
  /** The easiest level that has problems enough to hold some out. */
  readonly level: number;
  readonly model?: { readonly layers: number };
  readonly sft?: { readonly shortShare?: number; readonly steps?: number };
  readonly grpo?: { readonly prompts?: number; readonly steps?: number; readonly learningRate?: number };
  /** Budget and cosine, in tokens. */
  readonly reward?: { readonly lMax: number; readonly lPos: number; readonly lNeg: number };
}

export interface Task<P = unknown> {
  readonly name: string;
  readonly title: string;
  /** One sentence for a person who has never seen the task. */
  readonly about: string;
  /** Difficulty: the unit that it counts, its range, and its first value. */
  readonly level: { readonly unit: string; readonly min: number; readonly max: number; readonly initial: number };
  /** Null where problems come with a file. */
  readonly recipe: TaskRecipe | null;
  readonly problemSchema: z.ZodType<P>;
  generate(random: Random, level: number): Problem<P>;
  /**
   * Equal for two problems that are the same to whoever solves them, as the same terms in another order are: training gets
   * both or evaluation does. The prompt, where left out.
   */
  identity?(problem: P): string;
  /** At least one of each kind. */
  traces(problem: Problem<P>): readonly Trace[];
  /** Characters of the longest prompt at a level. */
  longestPrompt(level: number): number;
  /** Tokens of the longest trace of a kind at a level, end token included. */
  longestTrace(level: number, kind: TraceKind): number;
  /** Sentence of each reason of a verdict, by code; verdicts.ts has those that all tasks share. */
  readonly words: Words;
  /** @param answer the text after the think block; null where it never closed */
  verify(problem: P, answer: string | null): Verdict;
  /**
   * True where the verifier takes two answers for one: they are one vote. The same text but for spaces and letter case, where
   * left out.
   */
  isSame?(problem: P, a: string, b: string): boolean;
  /** The problem as a person would draw it, with the answer in it where it can be read. */
  picture(problem: P, answer: string | null): Picture;
}

/** True where the task's verifier takes two answers for one. */
export const isSameAnswer = <P>(task: Pick<Task<P>, 'isSame'>, problem: P, a: string, b: string): boolean =>
  task.isSame ? task.isSame(problem, a, b) : isSameText(a, b);

export const think = (thought: string, answer: string): string => `<think>${thought}</think>${answer}`;
