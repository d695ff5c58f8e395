/** Optimizer of the probes that train: its input, and how it opens. */
import { z } from 'zod';
import type { Device } from '../../gpu/device';
import type { TrainableModel } from '../../model/model';
import { createFrom, optimizerNames, optimizers } from '../../train/optimizers';
import type { Optimizer } from '../../train/optimizers/optimizer';

/** A range whose products fit f32. */
const number = z.number().min(0).max(1e9);

export const probeOptimizerSchema = z.strictObject({
  name: z.enum(optimizerNames).default('adamw'),
  lr: number,
  betas: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)]),
  eps: number,
  weight_decay: number,
  decay: z.enum(['matrices', 'all']),
  max_grad_norm: z.number().positive().nullable(),
  muon: optimizers.muon.options.omit({ adamw_beta1: true, adamw_beta2: true, adamw_eps: true }).prefault({}),
});

/** Opens the optimizer. `betas` and `eps` are those of AdamW, within Muon too. */
export async function openProbeOptimizer(
  device: Device,
  model: TrainableModel,
  given: z.infer<typeof probeOptimizerSchema>,
): Promise<Optimizer> {
  const { name, eps, muon, weight_decay: weightDecay, decay, max_grad_norm: maxGradNorm } = given;
  const [beta1, beta2] = given.betas;
  return createFrom(device, model, { weightDecay, decay, maxGradNorm }, name, {
    adamw: { beta1, beta2, eps },
    muon: { ...muon, adamw_beta1: beta1, adamw_beta2: beta2, adamw_eps: eps },
  });
}
