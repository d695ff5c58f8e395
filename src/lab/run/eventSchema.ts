/**
 * Schemas of the events. A line of `events.jsonl` that another program wrote or a person changed is refused by field.
 * eventReader.ts checks a line against the lines before it.
 */
import { z } from 'zod';
import { cleaningWords } from '../../data/curation/cleaning';
import { selections } from '../../data/curation/selection';
import { reasonFault, type Words } from '../../reason';
import { rewardTermNamed, rewardTerms } from '../../rewards/index';
import { partFault } from '../../rewards/term';
import { judgeNamed, taskNames } from '../../tasks';
import { OWN } from '../../tasks/own';
import { verdictFault } from '../../tasks/verdicts';
import { explain } from '../../validation';
import { recipeSchema } from '../recipe/recipe';
import { apply } from './applySchema';
import type { LabEvent } from './events';
import { fallbackWords } from './reasons';

const text = z.string().min(1);
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const seconds = z.number().min(0);

/** Tolerance for sums of rewards in another order. */
const ROUNDING = 1e-6;
/** True for two numbers that differ only by rounding. */
export const near = (a: number, b: number): boolean =>
  Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));

const devices = ['webgpu', 'cpu', 'counting'] as const;
const start = z.strictObject({
  type: z.literal('start'),
  recipe: recipeSchema,
  adapter: text,
  device: z.enum(devices),
  parameters: z.int().min(1),
  vocabulary: z.array(text).min(1),
  memory: z.strictObject({ estimated_bytes: count }),
});

export const stages = ['compile', 'sft', 'evaluate', 'curate', 'grpo'] as const;
const stage = z.strictObject({ type: z.literal('stage'), stage: z.enum(stages) });

const sft = z.strictObject({
  type: z.literal('sft'),
  step: z.int().min(1),
  loss: z.number(),
  grad_norm: z.number().min(0),
  learning_rate: z.number().min(0),
  num_tokens: z.int().min(1),
  step_time: seconds,
});

const reason = z.strictObject({ code: text, values: z.record(text, z.union([z.number(), z.string()])) });

/** Schema of a reason that the table has words for. */
export const fitting = (words: Words) =>
  reason.superRefine((given, context) => {
    const fault = reasonFault(words, given);
    if (fault) context.addIssue({ code: 'custom', path: [], message: fault });
  });

/** Numbers of the tokens of a completion: a typed array, or the plain array of an earlier version. */
const perToken = z.custom<ArrayLike<number>>(
  (value) =>
    (value instanceof Float32Array || Array.isArray(value)) &&
    (value as ArrayLike<unknown> as unknown[]).every(Number.isFinite),
  'is no array of finite numbers',
);
const tokenIds = z.custom<ArrayLike<number>>(
  (value) =>
    (value instanceof Uint16Array || Array.isArray(value)) &&
    value.length > 0 &&
    (value as ArrayLike<unknown> as unknown[]).every((id) => Number.isSafeInteger(id) && (id as number) >= 0),
  'is no array of token ids',
);

const part = z
  .strictObject({
    name: z.enum(rewardTerms.map(({ name }) => name)),
    weight: z.number(),
    value: z.number(),
    reason,
    failed: z.literal(true).exactOptional(),
  })
  .superRefine((given, context) => {
    const fault = partFault(rewardTermNamed(given.name), given);
    if (fault) context.addIssue({ code: 'custom', path: ['reason'], message: fault });
  });

const rollout = z
  .strictObject({
    ids: tokenIds,
    text,
    ended: z.boolean(),
    correct: z.boolean(),
    verdict: reason,
    partial: share,
    measures: z.record(text, z.number()).exactOptional(),
    reward: z.number(),
    parts: z.array(part),
    advantage: z.number(),
    logprobs: perToken,
    entropies: perToken,
    sampler_logprobs: perToken.exactOptional(),
    ratios: perToken.exactOptional(),
    kls: perToken.exactOptional(),
    clipped: perToken.exactOptional(),
  })
  .superRefine((given, context) => {
    const { ids, logprobs, entropies, sampler_logprobs, ratios, kls, clipped, reward, parts, correct, partial } = given;
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    for (const [name, numbers] of Object.entries({ logprobs, entropies, sampler_logprobs }))
      if (numbers && numbers.length !== ids.length) fault(name, `${numbers.length} numbers for ${ids.length} tokens`);
    const perUpdate = Object.entries({ ratios, kls, clipped });
    if (sampler_logprobs)
      for (const [name, numbers] of perUpdate)
        if (!numbers?.length || numbers.length % ids.length !== 0 || numbers.length !== ratios?.length)
          fault(name, `${numbers?.length ?? 0} numbers for ${ids.length} tokens of each update`);
    if (!sampler_logprobs && perUpdate.some(([, numbers]) => numbers))
      fault('sampler_logprobs', 'is missing; give it, or leave out ratios, kls and clipped');
    const sum = parts.reduce((total, { weight, value }) => total + weight * value, 0);
    if (!near(sum, reward)) fault('reward', `${reward}, but the parts add up to ${sum}`);
    if (correct && partial !== 1) fault('partial', `${partial} of an answer that is right`);
  });

const group = z
  .strictObject({
    prompt: text,
    answer: z.string(),
    task: z.enum([...taskNames, OWN]),
    level: z.int().min(0),
    problem: z.unknown(),
    rollouts: z.array(rollout).min(1),
  })
  .superRefine(({ task, problem, rollouts }, context) => {
    const issue = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    const judge = judgeNamed(task)!;
    const { error } = judge.problemSchema.safeParse(problem, { error: (fault) => explain(fault) });
    for (const { path, message } of error?.issues ?? []) issue(['problem', ...path], message);
    for (const [r, { verdict }] of rollouts.entries()) {
      const fault = verdictFault(judge, verdict);
      if (fault) issue(['rollouts', r, 'verdict'], fault);
    }
  });

/** Metrics that screens and summaries read of every step; any other metric is a finite number. */
const metrics = z
  .object({
    reward: z.number(),
    accuracy: share,
    'completions/mean_length': z.number().min(0),
    'completions/clipped_ratio': share,
    kl: z.number(),
    entropy: z.number(),
    frac_reward_zero_std: share,
    loss: z.number(),
    grad_norm: z.number().min(0),
    learning_rate: z.number().min(0),
    num_tokens: z.int().min(1),
    epoch: share,
  })
  .catchall(z.number());

const policyAlert = z.strictObject({
  code: z.literal('policy_destroyed'),
  values: z.strictObject({
    best_accuracy: share,
    accuracy: share,
    first_reward: z.number(),
    reward: z.number(),
    kl: z.number(),
    first_entropy: z.number(),
    entropy: z.number(),
    clipped: share,
  }),
});

const grpo = z.strictObject({
  type: z.literal('grpo'),
  alert: policyAlert.exactOptional(),
  step: z.int().min(1),
  metrics,
  groups: z.array(group).min(1),
  step_time: seconds,
});

const accuracy = z.strictObject({
  problems: z.int().min(1),
  accuracy: share,
  partial: share,
  meanLength: z.number().min(0),
  truncated: share,
});

const gradientCost = z.strictObject({ relative: z.number().min(0), cosine: z.number().min(-1).max(1) });
const storageCost = z.strictObject({ tokens: z.int().min(1), mean: z.number().min(0), max: z.number().min(0) });
const taskAt = { task: text, level: z.int().min(0) };
const evaluation = z.strictObject({
  type: z.literal('evaluation'),
  stage: z.enum(['base', 'sft', 'grpo']),
  greedy: accuracy,
  sampled: accuracy,
  others: z.array(z.strictObject({ ...taskAt, greedy: accuracy, sampled: accuracy })).exactOptional(),
  storage_logp_difference: storageCost.exactOptional(),
  storage_gradient_difference: gradientCost.exactOptional(),
});

const curation = z
  .strictObject({
    type: z.literal('curation'),
    step: count,
    select: z.enum(selections),
    low: share,
    high: share,
    by: z.enum(['measured', 'answered']),
    samples: z.int().min(1),
    pool: z.int().min(1),
    duplicates: count,
    contaminated: count,
    rated: count,
    answered: count,
    kept: count,
    fallback: fitting(fallbackWords).nullable(),
    histogram: z.array(count),
    removed: z.array(z.strictObject({ prompt: text, reason: fitting(cleaningWords) })),
  })
  .superRefine((event, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const { pool, duplicates, contaminated, rated, kept, samples, histogram, fallback, removed, low, high } = event;
    if (low > high) fault('low', `${low} is above high, ${high}`);
    if (duplicates + contaminated + rated > pool) fault('rated', `${rated}, which is more than the pool has left`);
    if (kept > rated) fault('kept', `${kept} of ${rated} that were rated`);
    if ((kept === 0) !== (fallback !== null)) fault('fallback', 'belongs where nothing is kept, and only there');
    if (histogram.length !== samples + 1) fault('histogram', `${histogram.length} counts for 0 to ${samples} right`);
    const sum = histogram.reduce((total, problems) => total + problems, 0);
    if (sum !== rated) fault('histogram', `counts ${sum} problems, but ${rated} were rated`);
    if (removed.length > duplicates + contaminated) fault('removed', `${removed.length} are more than were left out`);
  });

const stageAccuracy = {
  greedy_accuracy: share,
  sampled_accuracy: share,
  mean_length: z.number().min(0),
};
const stageSummary = {
  ...stageAccuracy,
  others: z.array(z.strictObject({ ...taskAt, ...stageAccuracy })).exactOptional(),
  storage_logp_difference: storageCost.exactOptional(),
  storage_gradient_difference: gradientCost.exactOptional(),
};

export const curvePointSchema = z.strictObject({
  step: z.int().min(1),
  reward: z.number(),
  accuracy: share,
  mean_length: z.number().min(0),
  clipped_ratio: share,
  kl: z.number(),
  entropy: z.number(),
  frac_reward_zero_std: share,
});

const end = z.strictObject({
  type: z.literal('end'),
  summary: z.strictObject({
    recipe: text,
    seed: count,
    adapter: text,
    seconds,
    memory: z.strictObject({ estimated_bytes: count, peak_bytes: count }),
    base: z.strictObject(stageSummary).exactOptional(),
    sft: z.strictObject({ steps: count, final_loss: z.number().nullable(), ...stageSummary }),
    grpo: z.strictObject({ steps: count, curve: z.array(curvePointSchema), ...stageSummary }),
  }),
});

const resume = z.strictObject({
  type: z.literal('resume'),
  stage: z.enum(['sft', 'grpo']),
  step: count,
  adapter: text,
  device: z.enum(devices),
  fork: z
    .strictObject({
      fields: z.array(text),
      optimizer: z.enum(['kept', 'fresh', 'none']),
      before: z.strictObject({
        sft: z.strictObject({ steps: count, final_loss: z.number().nullable(), num_tokens: count }),
        grpo: z.strictObject({ num_tokens: count, curve: z.array(curvePointSchema) }),
        evaluations: z.array(evaluation).max(2),
      }),
    })
    .exactOptional(),
});

export const eventSchemas = { start, resume, stage, sft, grpo, evaluation, curation, apply, end } satisfies {
  readonly [T in LabEvent['type']]: z.ZodType<Extract<LabEvent, { type: T }>>;
};
