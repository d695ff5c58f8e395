/** Input of `probe grpo-step`. Loss options, rewards and groups are those of `probe policy-loss`. */
import { z } from 'zod';
import { isTemperature, TEMPERATURE_RANGE } from '../../train/sampling';
import { bounded, checkLoss, matrix, probeOptionsSchema, rewardShape } from './lossOptionsSchema';
import { probeOptimizerSchema } from './optimizer';

const sequences = z.array(z.array(z.int().min(0)).min(1)).min(1);

export const probeGrpoStepSchema = z
  .strictObject({
    /** Prompt and completion of every row as token ids; an end token belongs to the completion. */
    prompts: sequences,
    completions: sequences,
    ...rewardShape,
    /** Advantages in place of rewards. */
    advantages: z.array(bounded).min(1).optional(),
    /** Log-probabilities of completion tokens before the updates; those of the first update by default. */
    old: matrix.optional(),
    /** Log-probabilities of completion tokens under the distribution that the sampler drew from. */
    sampler: matrix.optional(),
    /** Divides the logits of policy and reference. */
    temperature: z
      .number()
      .refine((value) => value > 0 && isTemperature(value), `${TEMPERATURE_RANGE}, but not 0`)
      .default(1),
    options: probeOptionsSchema,
    optimizer: probeOptimizerSchema,
    /** μ, optimizer steps on the batch. */
    updates: z.int().min(1).max(1000).default(1),
    /** Tensors to return: gradients of each update before clipping, and weights after the last. */
    want: z.array(z.enum(['grads', 'params'])).default([]),
    /** Names of the tensors to return; all by default. */
    tensors: z.array(z.string()).min(1).optional(),
  })
  .superRefine((input, context) => {
    const issue = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const { prompts, completions, rewards, rewards_per_func, advantages } = input;
    const rows = completions.length;
    if (prompts.length !== rows) issue(['prompts'], `has ${prompts.length} rows; use ${rows}, one for each completion`);
    if ([rewards, rewards_per_func, advantages].filter((given) => given !== undefined).length !== 1)
      issue(['rewards'], 'give exactly one of rewards, rewards_per_func and advantages');
    for (const [name, given] of Object.entries({ rewards, rewards_per_func, advantages }))
      if (given && given.length !== rows)
        issue([name], `has ${given.length} rows; use ${rows}, one for each completion`);
    for (const name of ['old', 'sampler'] as const) {
      const given = input[name];
      if (given && given.length !== rows)
        issue([name], `has ${given.length} rows; use ${rows}, one for each completion`);
      for (const [row, numbers] of given?.entries() ?? []) {
        const tokens = completions[row]?.length ?? numbers.length;
        if (numbers.length !== tokens)
          issue([name, row], `has ${numbers.length} numbers; use ${tokens}, one for each token of the completion`);
      }
    }
    const most = input.options.max_completion_length;
    const long = completions.findIndex((ids) => ids.length > most);
    if (long >= 0)
      issue(
        ['completions', long],
        `has ${completions[long]!.length} tokens; use at most max_completion_length, ${most}`,
      );
    checkLoss(input, rows, input.sampler !== undefined, issue);
  });

export type ProbeGrpoStepInput = z.infer<typeof probeGrpoStepSchema>;
