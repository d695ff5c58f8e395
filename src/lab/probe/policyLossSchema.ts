/** What `probe policy-loss` takes; names and defaults as in TRL's GRPOConfig, except that what came after the lab's first form is off. */
import { z } from 'zod';
import { type AdvantageOptions, aggregations, type RewardTerms, scales } from '../../train/advantages';
import { correctionModes, type LossOptions, lossTypes } from '../../train/lossOptions';
import { UNBOUNDED } from '../run/options';

/** Nats, and rewards: far beyond what training meets, and so far inside f32 that no difference and no square overflows. */
const MOST = 1e9;
const bounded = z.number().min(-MOST).max(MOST);
const matrix = z.array(z.array(bounded));
const bits = z.array(z.union([z.literal(0), z.literal(1)]));

export const probePolicyLossSchema = z
  .strictObject({
    logprobs: matrix,
    old: matrix,
    ref: matrix,
    entropy: matrix,
    mask: z.array(bits),
    /** Log-probabilities of the distribution that was drawn from. */
    sampler: matrix.optional(),
    /** Of every completion; or by term, [rows][terms], for `reward_weights` to add up. */
    rewards: z.array(bounded).min(1).optional(),
    rewards_per_func: matrix.min(1).optional(),
    group_size: z.int().min(1),
    options: z.strictObject({
      loss_type: z.enum(lossTypes),
      beta: bounded.min(0).default(0),
      gamma: bounded.min(0).default(0),
      epsilon_low: z.number().min(0).default(0.2),
      epsilon_high: z.number().min(0).default(0.2),
      delta: z.number().positive().nullable().default(null),
      scale_rewards: z.enum(scales).default('group'),
      importance_sampling_level: z.enum(['token', 'sequence']).default('token'),
      max_completion_length: z.int().min(1),
      mask_truncated: bits.nullish(),
      use_bias_correction_kl: z.boolean().default(false),
      multi_objective_aggregation: z.enum(aggregations).default('sum_then_normalize'),
      /** 1 each where not given. */
      reward_weights: z.array(bounded).optional(),
      /** With `sampler`: how the loss is corrected for it; null for not at all. */
      importance_sampling_mode: z.enum(correctionModes).nullable().default(null),
      importance_sampling_clip_min: bounded.min(0).nullable().default(null),
      importance_sampling_clip_max: z.number().positive().nullable().default(null),
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
    if (options.importance_sampling_mode && !input.sampler)
      issue('sampler', 'is what importance_sampling_mode corrects for, and is missing');
    const [least, most] = [options.importance_sampling_clip_min, options.importance_sampling_clip_max];
    if (least !== null && most !== null && least >= most)
      issue('options', 'importance_sampling_clip_min must be below importance_sampling_clip_max');
    if (options.importance_sampling_mode?.endsWith('truncate') && least === null && most === null)
      issue('options', `${options.importance_sampling_mode} needs importance_sampling_clip_min or _max`);
  });

export type ProbePolicyLossInput = z.infer<typeof probePolicyLossSchema>;

export const lossOptionsOf = ({ options }: ProbePolicyLossInput): LossOptions => ({
  lossType: options.loss_type,
  beta: options.beta,
  gamma: options.gamma,
  epsilonLow: options.epsilon_low,
  epsilonHigh: options.epsilon_high,
  delta: options.delta,
  importanceSamplingLevel: options.importance_sampling_level,
  klRatio: options.use_bias_correction_kl,
  correction: options.importance_sampling_mode && {
    mode: options.importance_sampling_mode,
    min: options.importance_sampling_clip_min ?? 0,
    max: options.importance_sampling_clip_max ?? UNBOUNDED,
  },
  maxCompletionLength: options.max_completion_length,
});

export const advantageOptionsOf = ({ group_size, options }: ProbePolicyLossInput): AdvantageOptions => ({
  groupSize: group_size,
  scaleRewards: options.scale_rewards,
  aggregation: options.multi_objective_aggregation,
});

/** Every completion's reward by its terms; one term where the sum alone is given. */
export function rewardTermsOf({ rewards, rewards_per_func, options }: ProbePolicyLossInput): RewardTerms[] {
  return (rewards_per_func ?? rewards!.map((reward) => [reward])).map((values) => {
    const parts = values.map((value, k) => ({ value, weight: options.reward_weights?.[k] ?? 1 }));
    return { parts, total: parts.reduce((sum, { value, weight }) => sum + weight * value, 0) };
  });
}
