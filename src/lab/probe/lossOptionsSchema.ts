/**
 * Options of a policy loss, rewards and groups, as probes take them. Names and defaults are those of TRL's GRPOConfig, but for the
 * options that the lab got later: these are off.
 */
import { z } from 'zod';
import { type AdvantageOptions, aggregations, type RewardTerms, scales } from '../../train/advantages';
import type { EntropyControl, EntropyTarget } from '../../train/entropyControl';
import { lossByName, lossOptions, lossTypes } from '../../train/losses/index';
import { type LossOption, probeName, type ValuesOf } from '../../train/losses/options';
import { type LossOptions, lossOptionsOf } from '../../train/losses/policyLoss';

/** Largest log-probability gap, nats, and reward: far beyond training, and so far inside f32 that no square overflows. */
const MOST = 1e9;
export const bounded = z.number().min(-MOST).max(MOST);
export const matrix = z.array(z.array(bounded));
export const bits = z.array(z.union([z.literal(0), z.literal(1)]));

type Values = ValuesOf<typeof lossOptions>;

/** The field of an option: in TRL's range, None as null. */
function fieldOf(option: LossOption): z.ZodType {
  if (option.kind === 'flag') return z.boolean().default(option.default);
  if (option.kind === 'choice') {
    const { none, choices } = option;
    if (none === undefined) return z.enum(choices).default(option.default);
    return z
      .enum(choices.filter((name) => name !== none))
      .nullable()
      .default(null);
  }
  const { min, nullable } = option;
  if (nullable === 'above 0') return bounded.positive().nullable().default(null);
  if (nullable === 'from 0') return bounded.min(0).nullable().default(null);
  return bounded.min(min).default(option.probeDefault ?? option.default);
}
const optionShape = Object.fromEntries(
  Object.values(lossOptions).map((option) => [probeName(option), fieldOf(option)]),
);

/** Values of all options by their field in a recipe; null is what it is in a recipe. */
const valuesOf = (options: Readonly<Record<string, unknown>>): Values =>
  Object.fromEntries(
    Object.entries<LossOption>(lossOptions).map(([field, option]) => [
      field,
      options[probeName(option)] ?? (option.kind === 'choice' ? option.none : 0),
    ]),
  ) as Values;

export const probeOptionsSchema = z.strictObject({
  loss_type: z.enum(lossTypes),
  ...optionShape,
  scale_rewards: z.enum(scales).default('group'),
  max_completion_length: z.int().min(1),
  mask_truncated: bits.nullish(),
  multi_objective_aggregation: z.enum(aggregations).default('sum_then_normalize'),
  /** Weight of each term; 1 each by default. */
  reward_weights: z.array(bounded).optional(),
  /** Steers γ from `gamma`; `last` is the entropy of the update before, null for the first. */
  adaptive_entropy: z
    .strictObject({
      target: z.number().min(0),
      delta: z.number().min(0),
      min: z.number().min(0),
      max: z.number().min(0),
      last: z.number().nullable(),
    })
    .nullable()
    .default(null),
});

/** Rewards of completions and their groups. */
export const rewardShape = {
  /** Reward of every completion; or its terms, [rows][terms], which `reward_weights` weighs. */
  rewards: z.array(bounded).min(1).optional(),
  rewards_per_func: matrix.min(1).optional(),
  group_size: z.int().min(1),
};

/** Rewards, groups and loss options of a probe. */
export interface ProbeLoss {
  readonly rewards?: readonly number[] | undefined;
  readonly rewards_per_func?: readonly (readonly number[])[] | undefined;
  readonly group_size: number;
  readonly options: z.infer<typeof probeOptionsSchema>;
}

/**
 * Checks options, rewards and groups together.
 * @param rows number of completions, 1 or more
 * @param sampled true if the sampler's log-probabilities are given
 * @param issue reports a fault of a field
 */
export function checkLoss(
  { rewards_per_func: terms, group_size, options }: ProbeLoss,
  rows: number,
  sampled: boolean,
  issue: (path: readonly (string | number)[], message: string) => void,
): void {
  if (rows % group_size !== 0)
    issue(['group_size'], `is ${group_size}, which does not divide ${rows} completions; use a divisor of ${rows}`);
  const truncated = options.mask_truncated;
  if (truncated && truncated.length !== rows)
    issue(['options', 'mask_truncated'], `has ${truncated.length} entries; use ${rows}, one for each completion`);
  const weights = options.reward_weights;
  const kinds = terms?.[0]?.length ?? 1;
  const uneven = terms?.findIndex((row) => row.length !== kinds) ?? -1;
  if (uneven >= 0) issue(['rewards_per_func', uneven], `has ${terms![uneven]!.length} terms; use ${kinds}, as row 0`);
  if (weights && weights.length !== kinds)
    issue(['options', 'reward_weights'], `has ${weights.length} entries; use ${kinds}, one for each term`);
  const values = valuesOf(options);
  const { samplerCorrection: mode, correctionMin: min, correctionMax: max } = values;
  if (mode !== 'off' && !sampled) issue(['sampler'], 'is missing; give it, because importance_sampling_mode is set');
  if (max > 0 && min >= max)
    issue(['options', 'importance_sampling_clip_min'], `is ${min}; use less than importance_sampling_clip_max, ${max}`);
  if (mode.endsWith('truncate') && min === 0 && max === 0)
    issue(['options', 'importance_sampling_mode'], `is ${mode}; give importance_sampling_clip_min or _max as well`);
  const fault = lossByName(options.loss_type).fault?.(values);
  if (fault) issue(['options', probeName(lossOptions[fault.field])], fault.message);
}

/** Loss of a probe, with values for its options. */
export const probeLossOptions = (
  { options }: Pick<ProbeLoss, 'options'>,
  loss = lossByName(options.loss_type),
): LossOptions => lossOptionsOf(loss, valuesOf(options), options.max_completion_length);

export const advantageOptionsOf = ({ group_size, options }: ProbeLoss): AdvantageOptions => ({
  groupSize: group_size,
  scaleRewards: options.scale_rewards,
  aggregation: options.multi_objective_aggregation,
});

/** Target of γ, as `adaptive_entropy` gives it; null for a fixed γ. */
export const entropyTargetOf = ({
  options: { adaptive_entropy: steer },
}: Pick<ProbeLoss, 'options'>): EntropyTarget | null =>
  steer && { target: steer.target, step: steer.delta, min: steer.min, max: steer.max };

/** State of γ before the first update. @param gamma γ of the loss */
export const entropyControlOf = ({ options }: Pick<ProbeLoss, 'options'>, gamma: number): EntropyControl => ({
  gamma,
  entropy: options.adaptive_entropy?.last ?? Number.POSITIVE_INFINITY,
});

/** Reward of every completion by its terms; one term where only the sum is given. */
export function rewardTermsOf({ rewards, rewards_per_func, options }: ProbeLoss): RewardTerms[] {
  return (rewards_per_func ?? rewards!.map((reward) => [reward])).map((values) => {
    const parts = values.map((value, k) => ({ value, weight: options.reward_weights?.[k] ?? 1 }));
    return { parts, total: parts.reduce((sum, { value, weight }) => sum + weight * value, 0) };
  });
}
