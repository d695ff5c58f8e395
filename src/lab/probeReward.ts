/** `probe reward`: the report's reward of described completions. */
import { z } from 'zod';
import { totalReward } from '../rewards/total';

export const probeRewardSchema = z
  .strictObject({
    l_max: z.number().positive(),
    l_pos: z.number().min(0),
    l_neg: z.number().positive(),
    cases: z.array(
      z.strictObject({
        length: z.int().min(0),
        correct: z.boolean(),
        ended: z.boolean(),
        think: z.enum(['ok', 'missing', 'repeated', 'order']),
        words: z.array(z.string()),
      }),
    ),
  })
  .refine(({ l_max, l_pos }) => l_pos < l_max, { path: ['l_pos'], message: 'must be below l_max' });

export interface ProbeRewardResult {
  cases: { accuracy: number; repetition: number; total: number }[];
}

export function probeReward({ l_max, l_pos, l_neg, cases }: z.infer<typeof probeRewardSchema>): ProbeRewardResult {
  const limits = { lMax: l_max, lPos: l_pos, lNeg: l_neg };
  return {
    cases: cases.map((input) => {
      const { total, parts } = totalReward({ ...input, correctReason: '', thinkFault: '' }, limits);
      const value = (name: string) => parts.find((part) => part.name === name)!.value;
      return { accuracy: value('accuracy'), repetition: value('repetition'), total };
    }),
  };
}
