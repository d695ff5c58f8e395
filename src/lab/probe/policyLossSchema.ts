/** Input of `probe policy-loss`. */
import { z } from 'zod';
import { bits, checkLoss, matrix, probeOptionsSchema, rewardShape } from './lossOptionsSchema';

export const probePolicyLossSchema = z
  .strictObject({
    logprobs: matrix,
    old: matrix,
    ref: matrix,
    entropy: matrix,
    mask: z.array(bits),
    /** Log-probabilities of the distribution that the sampler drew from. */
    sampler: matrix.optional(),
    ...rewardShape,
    options: probeOptionsSchema,
  })
  .superRefine((input, context) => {
    const issue = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const { rewards, rewards_per_func: terms } = input;
    if ((rewards === undefined) === (terms === undefined))
      issue(['rewards'], 'give either rewards or rewards_per_func');
    const [rows, columns] = [(rewards ?? terms ?? []).length, input.mask[0]?.length ?? 0];
    for (const name of ['logprobs', 'old', 'ref', 'entropy', 'mask', 'sampler'] as const) {
      const given = input[name];
      if (given && (given.length !== rows || given.some((row) => row.length !== columns)))
        issue([name], `has another shape than rewards and mask; use ${rows} rows of ${columns}`);
    }
    checkLoss(input, rows, input.sampler !== undefined, issue);
  });

export type ProbePolicyLossInput = z.infer<typeof probePolicyLossSchema>;
