/** How the terms add up: R = 8/13 · accuracy + 1/13 · repetition, so that the best is 8/13 ≈ 0.615. */
import { accuracy } from './accuracy';
import { repetition } from './repetition';
import type { RewardInput, RewardLimits, RewardPart, RewardTerm } from './term';

/** Every term: adding one is its file, a line here and its weight in the recipe. */
export const rewardTerms = { accuracy, repetition } as const satisfies Record<string, RewardTerm>;
export type RewardName = keyof typeof rewardTerms;
export const rewardNames = Object.keys(rewardTerms) as RewardName[];

export type RewardWeights = Readonly<Record<RewardName, number>>;

/** The report's: 13 is the sum of weights its training code carried, 4 of them for terms that it does not use. */
export const REPORT_WEIGHTS: RewardWeights = { accuracy: 8 / 13, repetition: 1 / 13 };

export interface WeightedPart extends RewardPart {
  readonly name: RewardName;
  readonly weight: number;
}

export interface Reward {
  readonly total: number;
  readonly parts: readonly WeightedPart[];
}

export function totalReward(input: RewardInput, limits: RewardLimits, weights: RewardWeights = REPORT_WEIGHTS): Reward {
  const parts = rewardNames.map((name) => ({
    name,
    weight: weights[name],
    ...rewardTerms[name].evaluate(input, limits),
  }));
  return { total: parts.reduce((sum, { weight, value }) => sum + weight * value, 0), parts };
}
