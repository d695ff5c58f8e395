/**
 * The arithmetic of one group: parts, reward, mean, std, advantage, and what each token of a completion gets. It runs the code of
 * training on the rollouts of a step, so a screen can also recompute the numbers under other options. The run does not change.
 */
import { mean, standardDeviation } from '../../stats';
import { type CompletionComparison, comparisonsOf, type ScaleRewards } from '../../train/advantages';
import type { GrpoStep, Rollout } from '../../train/grpo';
import { aggregationsByDivisor, type LengthDivisor } from '../../train/losses/aggregation';
import { lossByName } from '../../train/losses/index';
import { type Recipe, withFields } from '../recipe/recipe';
import type { ApplyEvent } from './events';

export { EPSILON } from '../../train/advantages';

/** Two choices that change the shown numbers. */
export interface WorkedOptions {
  readonly scaleRewards: ScaleRewards;
  readonly lengthDivisor: LengthDivisor;
}

/** Values of each choice. */
export const WORKED_VALUES: { readonly [K in keyof WorkedOptions]: readonly WorkedOptions[K][] } = {
  scaleRewards: ['group', 'batch', 'none'],
  lengthDivisor: Object.keys(aggregationsByDivisor) as LengthDivisor[],
};

type RunOptions = Pick<Recipe, 'grpo' | 'reward'>;

/**
 * Recipe of a GRPO step: the recipe of the start, with the changes applied before the step.
 * @param step from 1
 */
export const recipeAt = (recipe: Recipe, changes: readonly ApplyEvent[], step: number): Recipe =>
  changes
    .filter((change) => change.stage === 'sft' || change.step < step)
    .reduce((before, { fields }) => withFields(before, newValues(fields)), recipe);

/** New value of each changed field. */
const newValues = (fields: ApplyEvent['fields']): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([field, { to }]) => [field, to]));

/** Choices of a run's recipe. */
export function trainedOptions({ grpo }: Pick<Recipe, 'grpo'>): WorkedOptions {
  const { aggregation } = lossByName(grpo.lossType);
  const divisors = Object.entries(aggregationsByDivisor) as [LengthDivisor, typeof aggregation][];
  const found = divisors.find(([, record]) => record === aggregation);
  if (!found) throw new Error(`loss ${grpo.lossType}: add its aggregation to aggregationsByDivisor`);
  return { scaleRewards: grpo.scaleRewards, lengthDivisor: found[0] };
}

interface WorkedPart {
  readonly name: string;
  readonly weight: number;
  /** Weight · value. */
  readonly amount: number;
}

export interface WorkedCompletion {
  readonly parts: readonly WorkedPart[];
  readonly reward: number;
  /** Numbers behind the advantage. `value` is the reward, or the weighted sum of the normalized terms. */
  readonly comparison: CompletionComparison;
  readonly tokens: number;
  /** False for a completion that the loss masks: its tokens get nothing. */
  readonly counted: boolean;
  /** Share of the advantage that each token gets at ratio 1: the token's weight in the loss. */
  readonly weight: number;
  /** Advantage times weight. */
  readonly perToken: number;
}

export interface WorkedGroup {
  /** Mean and standard deviation (ddof 1) of the group's rewards. */
  readonly mean: number;
  readonly deviation: number;
  readonly completions: readonly WorkedCompletion[];
  /** Numbers of the whole step that the divisors use. */
  readonly batch: { readonly completions: number; readonly tokens: number };
}

/** Completions that the loss counts: all, unless the recipe masks the truncated ones. */
const isCounted = ({ ended }: Rollout, { grpo }: RunOptions): boolean => ended || !grpo.maskTruncated;

/**
 * Works out group `index` of a step.
 * @param groups all groups of the step, since batch statistics use them
 */
export function workedOut(
  { groups }: Pick<GrpoStep, 'groups'>,
  index: number,
  run: RunOptions,
  { scaleRewards, lengthDivisor }: WorkedOptions,
): WorkedGroup {
  const { groupSize, aggregation } = run.grpo;
  const rollouts = groups.flatMap((group) => group.rollouts); // [groups·G]
  const rewards = rollouts.map(({ reward, parts }) => ({ total: reward, parts }));
  const comparisons = comparisonsOf(rewards, { groupSize, scaleRewards, aggregation });
  const lengths = rollouts.map((rollout) => (isCounted(rollout, run) ? rollout.ids.length : 0));
  const weights = aggregationsByDivisor[lengthDivisor].weights(lengths, run.reward.lMax);
  const first = index * groupSize;
  const group = rollouts.slice(first, first + groupSize);
  const totals = group.map(({ reward }) => reward);
  return {
    mean: mean(totals),
    deviation: standardDeviation(totals),
    completions: group.map((rollout, i): WorkedCompletion => {
      const comparison = comparisons[first + i]!;
      const counted = isCounted(rollout, run);
      const weight = counted ? weights[first + i]! : 0;
      return {
        parts: rollout.parts.map(({ name, weight, value }) => ({ name, weight, amount: weight * value })),
        reward: rollout.reward,
        comparison,
        tokens: rollout.ids.length,
        counted,
        weight,
        perToken: counted ? comparison.advantage * weight : 0,
      };
    }),
    batch: {
      completions: rollouts.length,
      tokens: Math.max(
        1,
        lengths.reduce((sum, length) => sum + length, 0),
      ),
    },
  };
}
