/** Choices of the Rewards view that a link keeps: two sets of changes to the reward. */
import type { Recipe } from '../lab/recipe/recipe';

export type Slot = 'A' | 'B';

/** Values of fields by path. A value stays as a person typed it, also where it does not fit. */
export type RewardChanges = Readonly<Record<string, unknown>>;

export interface RewardChoice {
  /** Set that the screen edits. */
  readonly slot: Slot;
  readonly A: RewardChanges;
  /** Null until it is made from A. */
  readonly B: RewardChanges | null;
  /** Recipe of the opened link that the changes belong to; null where they belong to the run on screen. */
  readonly base: Recipe | null;
}

export const INITIAL_REWARD: RewardChoice = { slot: 'A', A: {}, B: null, base: null };

/** True if there is something that a link keeps. */
export const hasRewardChanges = ({ A, B }: Pick<RewardChoice, 'A' | 'B'>): boolean =>
  B !== null || Object.keys(A).length > 0;
