/** How the terms add up; by the report R = 8/13 · accuracy + 1/13 · repetition, so that the best is 8/13 ≈ 0.615. */
import { accuracy } from './accuracy';
import { answerFormat } from './answerFormat';
import { brevity } from './brevity';
import { custom } from './custom';
import { length } from './length';
import { partial } from './partial';
import { repetition } from './repetition';
import { stepCount } from './stepCount';
import { tagCount } from './tagCount';
import type { RewardInput, RewardPart, RewardSettings, RewardTerm } from './term';

/** Every term, in the order of a rollout's parts: adding one is its file, a line here and its weight in the recipe. */
export const rewardTerms = {
  accuracy,
  repetition,
  length,
  brevity,
  answerFormat,
  tagCount,
  stepCount,
  partial,
  custom,
} as const satisfies Record<string, RewardTerm>;
export type RewardName = keyof typeof rewardTerms;
export const rewardNames = Object.keys(rewardTerms) as RewardName[];

export type RewardWeights = Readonly<Record<RewardName, number>>;

/** The report's: 13 is the sum of weights its training code carried, 4 of them for terms that it does not use. */
export const REPORT_WEIGHTS: RewardWeights = {
  accuracy: 8 / 13,
  repetition: 1 / 13,
  length: 0,
  brevity: 0,
  answerFormat: 0,
  tagCount: 0,
  stepCount: 0,
  partial: 0,
  custom: 0,
};

export interface RewardOptions extends RewardSettings {
  readonly weights: RewardWeights;
}

export interface WeightedPart extends RewardPart {
  readonly name: RewardName;
  readonly weight: number;
}

export interface Reward {
  readonly total: number;
  /** Of the terms whose weight is not 0. */
  readonly parts: readonly WeightedPart[];
}

export function totalReward(input: RewardInput, { weights, ...settings }: RewardOptions): Reward {
  const parts = rewardNames
    .filter((name) => weights[name] !== 0)
    .map((name) => ({ name, weight: weights[name], ...rewardTerms[name].evaluate(input, settings) }));
  return { total: parts.reduce((sum, { weight, value }) => sum + weight * value, 0), parts };
}
