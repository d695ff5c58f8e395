/** AdamW (Loshchilov & Hutter 2019), as torch.optim.AdamW. The page reads this record; only the worker loads the update. */
import { z } from 'zod';
import type { OptimizerRecord } from './optimizer';

/** Settings of AdamW with torch's ranges. β2 is lower than torch's 0.999: the runs of the lab are short. */
export const adamwFields = {
  beta1: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .meta({ title: 'β1', description: 'Decay of the mean of gradients; lower values forget sooner.' }),
  beta2: z
    .number()
    .min(0)
    .lt(1)
    .default(0.95)
    .meta({ title: 'β2', description: 'Decay of the mean of squared gradients; 0.95 for short runs, 0.999 for long.' }),
  eps: z
    .number()
    .min(0)
    .max(1)
    .default(1e-8)
    .meta({ title: 'ε', description: 'Added to the root of the mean square, so that nothing is divided by 0.' }),
};

const options = z.strictObject(adamwFields);

export type AdamWOptions = z.output<typeof options>;

export const adamw: OptimizerRecord<typeof adamwFields> = {
  name: 'adamw',
  title: 'AdamW',
  description: 'Divides each step by the root mean square of recent gradients, number by number.',
  options,
  create: async (...given) => (await import('./adamwRule')).createAdamW(...given),
};
