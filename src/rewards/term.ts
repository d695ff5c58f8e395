/** What a reward term is. Each returns its value and a reason in words; how they add up is in total.ts. */
import type { ThinkState } from '../text/completion';

/** What a term may look at. */
export interface RewardInput {
  /** Length of the completion in tokens, its end token included. */
  readonly length: number;
  readonly correct: boolean;
  /** Why it counts as correct or not. */
  readonly correctReason: string;
  readonly ended: boolean;
  readonly think: ThinkState;
  readonly thinkFault: string;
  /** What repetition counts: words of a text, or its tokens where the vocabulary is characters. */
  readonly words: readonly string[];
}

/** Constants of the report's reward, in tokens. */
export interface RewardLimits {
  readonly lMax: number;
  readonly lPos: number;
  readonly lNeg: number;
}

export interface RewardPart {
  readonly value: number;
  readonly reason: string;
}

export interface RewardTerm {
  readonly name: string;
  readonly title: string;
  readonly formula: string;
  evaluate(input: RewardInput, limits: RewardLimits): RewardPart;
}
