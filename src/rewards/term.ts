/** What a reward term is. Each returns its value and a reason in words; how they add up is in total.ts. */
import type { ThinkState } from '../text/completion';
import type { CustomTerm } from './sandbox/term';

/** What a term may look at. */
export interface RewardInput {
  readonly prompt: string;
  /** The answer that the task expects; others may be right too. */
  readonly expected: string;
  /** The whole completion, special tokens written out. */
  readonly text: string;
  /** Between the think tags; null where they are not in order. */
  readonly thought: string | null;
  /** After the think block; null where it never closes. */
  readonly answer: string | null;
  /** Length of the completion in tokens, its end token included. */
  readonly length: number;
  readonly correct: boolean;
  /** Why it counts as correct or not. */
  readonly correctReason: string;
  /** How much of the answer is right, in [0, 1]; and what else the task measures of it, by name. */
  readonly partial: number;
  readonly measures: Readonly<Record<string, number>>;
  readonly ended: boolean;
  readonly think: ThinkState;
  readonly thinkFault: string;
  /** What repetition counts: words of a text, or its tokens where the vocabulary is characters. */
  readonly words: readonly string[];
}

/** The constants of all terms; lengths in tokens. */
export interface RewardConstants {
  readonly lMax: number;
  readonly lPos: number;
  readonly lNeg: number;
  /** Accuracy of a right answer up to L_pos, and at L_max. */
  readonly rightShort: number;
  readonly rightLong: number;
  /** Accuracy of a wrong answer of no length, and from L_neg on. */
  readonly wrongShort: number;
  readonly wrongLong: number;
  readonly missingEnd: number;
  readonly formatFault: number;
  /** Which fault tells where the end and a tag are both missing. */
  readonly firstFault: 'end' | 'format';
  /** n of the n-grams, and how often one may stand before it counts as repeated. */
  readonly repetitionN: number;
  readonly repetitionOften: number;
  /** Steps of a thought that earn all of stepCount. */
  readonly stepsTarget: number;
}

/** The report's, but for the lengths, which follow the completion budget; and open-r1's three steps. */
export const REPORT_CONSTANTS = {
  rightShort: 1,
  rightLong: 0.5,
  wrongShort: -1,
  wrongLong: -0.5,
  missingEnd: -0.5,
  formatFault: -1,
  firstFault: 'end',
  repetitionN: 5,
  repetitionOften: 5,
  stepsTarget: 3,
} as const satisfies Partial<RewardConstants>;

/** What terms go by: the constants, and the user's own term where there is one. */
export interface RewardSettings extends RewardConstants {
  readonly custom: CustomTerm | null;
}

export interface RewardPart {
  readonly value: number;
  readonly reason: string;
  /** Where the term could not say: its value is then 0. */
  readonly failed?: true;
}

export interface RewardTerm {
  readonly name: string;
  readonly title: string;
  readonly formula: string;
  evaluate(input: RewardInput, settings: RewardSettings): RewardPart;
}
