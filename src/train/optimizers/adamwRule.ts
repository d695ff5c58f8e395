/** Update of AdamW: one dispatch for each piece of its part. */
import type { Device } from '../../gpu/device';
import { adamw as kernel } from '../../kernels/adamw';
import { flat } from '../workingWeights';
import type { AdamWOptions } from './adamw';
import { createOptimizer, type UpdateRule } from './create';
import type { CommonOptions, Optimizer, OptimizerArenas } from './optimizer';
import { Decays, type Part, partOf, StateBuffer } from './part';

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

/** AdamW for all parameters. */
export function createAdamW(
  device: Device,
  arenas: OptimizerArenas,
  common: CommonOptions,
  options: AdamWOptions,
): Promise<Optimizer> {
  const part = partOf(device, arenas.weights.table);
  return createOptimizer(device, arenas, common, [adamwRule(device, arenas, part, common, options)]);
}
