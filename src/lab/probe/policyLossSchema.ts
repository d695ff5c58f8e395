/**
 * Input of `probe policy-loss`. Names and defaults are those of TRL's GRPOConfig, but for the options that the lab got later: these are
 * off.
 */
import { z } from 'zod';
import { type AdvantageOptions, aggregations, type RewardTerms, scales } from '../../train/advantages';
import { lossByName, lossOptions, lossTypes } from '../../train/losses/index';
import { type LossOption, probeName, type ValuesOf } from '../../train/losses/options';
import { type LossOptions, lossOptionsOf } from '../../train/losses/policyLoss';

/** Largest log-probability gap, nats, and reward: far beyond training, and so far inside f32 that no square overflows. */
const MOST = 1e9;
const bounded = z.number().min(-MOST).max(MOST);
const matrix = z.array(z.array(bounded));
const bits = z.array(z.union([z.literal(0), z.literal(1)]));

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

export const probePolicyLossSchema = z
  .strictObject({
    logprobs: matrix,
    old: matrix,
    ref: matrix,
    entropy: matrix,
    mask: z.array(bits),
    /** Log-probabilities of the distribution that the sampler drew from. */
    sampler: matrix.optional(),
    /** Reward of every completion; or its terms, [rows][terms], which `reward_weights` weighs. */
    rewards: z.array(bounded).min(1).optional(),
    rewards_per_func: matrix.min(1).optional(),
    group_size: z.int().min(1),
    options: z.strictObject({
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
    }),
  })
  .superRefine((input, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const { options, rewards_per_func: terms } = input;
    if ((input.rewards === undefined) === (terms === undefined))
      issue('rewards', 'give either rewards or rewards_per_func');
    const [rows, columns] = [(input.rewards ?? terms ?? []).length, input.mask[0]?.length ?? 0];
    for (const name of ['logprobs', 'old', 'ref', 'entropy', 'mask', 'sampler'] as const) {
      const given = input[name];
      if (given && (given.length !== rows || given.some((row) => row.length !== columns)))
        issue(name, `must be ${rows} rows of ${columns}, as rewards and mask say`);
    }
    if (rows % input.group_size !== 0) issue('rewards', `${rows} rewards do not fill groups of ${input.group_size}`);
    const truncated = options.mask_truncated;
    if (truncated && truncated.length !== rows) issue('options', `mask_truncated must have ${rows} entries`);
    const weights = options.reward_weights;
    const kinds = terms?.[0]?.length ?? 1;
    if (terms?.some((row) => row.length !== kinds)) issue('rewards_per_func', `must have ${kinds} terms in every row`);
    if (weights && weights.length !== kinds) issue('options', `reward_weights must have ${kinds} entries`);
    const values = valuesOf(options);
    const { samplerCorrection: mode, correctionMin: min, correctionMax: max } = values;
    if (mode !== 'off' && !input.sampler)
      issue('sampler', 'is what importance_sampling_mode corrects for, and is missing');
    if (max > 0 && min >= max)
      issue('options', 'importance_sampling_clip_min must be below importance_sampling_clip_max');
    if (mode.endsWith('truncate') && min === 0 && max === 0)
      issue('options', `${mode} needs importance_sampling_clip_min or _max`);
    const fault = lossByName(options.loss_type).fault?.(values);
    if (fault) issue('options', `${probeName(lossOptions[fault.field])}: ${fault.message}`);
  });

export type ProbePolicyLossInput = z.infer<typeof probePolicyLossSchema>;

/** Loss of a probe, with values for its options. */
export const probeLossOptions = (
  { options }: ProbePolicyLossInput,
  loss = lossByName(options.loss_type),
): LossOptions => lossOptionsOf(loss, valuesOf(options), options.max_completion_length);

export const advantageOptionsOf = ({ group_size, options }: ProbePolicyLossInput): AdvantageOptions => ({
  groupSize: group_size,
  scaleRewards: options.scale_rewards,
  aggregation: options.multi_objective_aggregation,
});

/** Reward of every completion by its terms; one term where only the sum is given. */
export function rewardTermsOf({ rewards, rewards_per_func, options }: ProbePolicyLossInput): RewardTerms[] {
  return (rewards_per_func ?? rewards!.map((reward) => [reward])).map((values) => {
    const parts = values.map((value, k) => ({ value, weight: options.reward_weights?.[k] ?? 1 }));
    return { parts, total: parts.reduce((sum, { value, weight }) => sum + weight * value, 0) };
  });
}
