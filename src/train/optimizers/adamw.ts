/** AdamW over the arena: one dispatch for each slice. As torch.optim.AdamW. */
import { z } from 'zod';
import type { Device } from '../../gpu/device';
import { adamw as kernel } from '../../kernels/adamw';
import { createOptimizer, flat, type UpdateRule } from './create';
import type { CommonOptions, OptimizerArenas, OptimizerRecord } from './optimizer';
import { Decays, type Part, partOf, StateBuffer } from './part';

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

/** @param lrRatio learning rate of this part ÷ that of the step */
export function adamwRule(
  device: Device,
  { weights, gradients }: OptimizerArenas,
  part: Part,
  common: CommonOptions,
  { beta1, beta2, eps }: AdamWOptions,
  lrRatio = 1,
): UpdateRule {
  const [m, v] = [new StateBuffer(device, part, 'exp_avg'), new StateBuffer(device, part, 'exp_avg_sq')];
  const decays = new Decays(device, part, common);
  return {
    state: [m, v],
    constants: [decays.buffer],
    emit(graph, clip) {
      for (const piece of part.pieces)
        graph.dispatch(
          'AdamW',
          kernel,
          {
            grads: flat(graph, gradients, piece),
            decay: decays.piece(graph, piece),
            clip,
            m: m.piece(graph, piece),
            v: v.piece(graph, piece),
            p: flat(graph, weights, piece),
          },
          {
            count: piece.count,
            lr: { dynamic: 'adamwLr' },
            beta1,
            beta2,
            eps,
            correction1: { dynamic: 'correction1' },
            correction2: { dynamic: 'correction2' },
          },
        );
    },
    dynamics: (step, lr) => ({
      adamwLr: lr * lrRatio,
      correction1: 1 - beta1 ** step,
      correction2: 1 - beta2 ** step,
    }),
  };
}

export const adamw: OptimizerRecord<typeof adamwFields> = {
  name: 'adamw',
  title: 'AdamW',
  description: 'Divides each step by the root mean square of recent gradients, number by number.',
  options,
  create(device, arenas, common, given) {
    const part = partOf(device, arenas.weights.table);
    return createOptimizer(device, arenas, common, [adamwRule(device, arenas, part, common, given)]);
  },
};
