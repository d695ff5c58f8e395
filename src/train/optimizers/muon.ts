/**
 * Muon (Jordan et al. 2024) as torch.optim.Muon: momentum, orthogonalized by Newton–Schulz, moves the hidden matrices. AdamW
 * moves embeddings, lm_head and norms, which torch leaves to a second optimizer. A fused matrix (qkv_proj, gate_up_proj) is
 * one matrix, as torch takes every parameter. Dispatches: 25 for each hidden matrix at 5 iterations.
 */
import { z } from 'zod';
import { adamwFields } from './adamw';
import type { OptimizerRecord } from './optimizer';

/** Rules for the learning rate of a matrix by its shape, torch's `adjust_lr_fn`. */
const adjustments = ['original', 'match_rms_adamw', 'spectral_unclamped'] as const;
export type AdjustLr = (typeof adjustments)[number];

/** A setting of AdamW among those of Muon. */
const ofAdamW = (field: typeof adamwFields.beta1) =>
  field.meta({ ...field.meta(), title: `AdamW ${field.meta()?.title}` });

const muonFields = {
  momentum: z
    .number()
    .min(0)
    .lt(1)
    .default(0.95)
    .meta({ title: 'Momentum', description: 'Share of the old mean of gradients in the new one.' }),
  nesterov: z
    .boolean()
    .default(true)
    .meta({ title: 'Nesterov', description: 'Looks one step ahead: mixes the gradient into the momentum once more.' }),
  ns_coefficients: z
    .tuple([z.number().min(-100).max(100), z.number().min(-100).max(100), z.number().min(-100).max(100)])
    .default([3.4445, -4.775, 2.0315])
    .meta({ title: 'Newton–Schulz coefficients', description: 'a, b and c of a·x + b·x³ + c·x^5.' }),
  ns_steps: z
    .int()
    .min(1)
    .max(99)
    .default(5)
    .meta({ title: 'Newton–Schulz steps', description: 'Iterations that make the update orthogonal; 5 suffice.' }),
  eps: z
    .number()
    .min(0)
    .max(1)
    .default(1e-7)
    .meta({ title: 'ε', description: 'Least norm that an update is divided by.' }),
  adjust_lr_fn: z.enum(adjustments).default('original').meta({
    title: 'Learning rate by shape',
    description: 'original and spectral_unclamped want rates near 0.02; match_rms_adamw takes those of AdamW.',
  }),
  adamw_lr_ratio: z.number().min(0).max(1000).default(1).meta({
    title: 'AdamW rate ratio',
    description: 'Learning rate of AdamW, for embeddings, lm_head and norms, divided by that of Muon.',
  }),
  adamw_beta1: ofAdamW(adamwFields.beta1),
  adamw_beta2: ofAdamW(adamwFields.beta2),
  adamw_eps: ofAdamW(adamwFields.eps),
};

const options = z.strictObject(muonFields);

export type MuonOptions = z.output<typeof options>;

export const muon: OptimizerRecord<typeof muonFields> = {
  name: 'muon',
  title: 'Muon',
  description: 'Makes the update of each hidden matrix orthogonal; embeddings, lm_head and norms learn by AdamW.',
  options,
  create: async (...given) => (await import('./muonRule')).createMuon(...given),
};
