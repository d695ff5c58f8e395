/**
 * Muon (Jordan et al. 2024) as torch.optim.Muon: momentum, orthogonalized by Newton–Schulz, moves the hidden matrices. AdamW
 * moves embeddings, lm_head and norms, which torch leaves to a second optimizer. A fused matrix (qkv_proj, gate_up_proj) is
 * one matrix, as torch takes every parameter. Dispatches: 25 for each hidden matrix at 5 iterations.
 */
import { z } from 'zod';
import type { Device } from '../../gpu/device';
import { muonMomentum, muonUpdate } from '../../kernels/muon';
import type { ParameterSpec } from '../../model/parameters';
import { adamwFields, adamwRule } from './adamw';
import { createOptimizer, type UpdateRule } from './create';
import { orthogonalize } from './newtonSchulz';
import type { CommonOptions, OptimizerArenas, OptimizerRecord } from './optimizer';
import { type Part, partOf, StateBuffer } from './part';

/** Factor of the learning rate of a matrix [A, B], by torch's `adjust_lr_fn`. */
const ratios = {
  original: (A: number, B: number) => Math.sqrt(Math.max(1, A / B)),
  match_rms_adamw: (A: number, B: number) => 0.2 * Math.sqrt(Math.max(A, B)),
  spectral_unclamped: (A: number, B: number) => Math.sqrt(A / B),
};
type AdjustLr = keyof typeof ratios;

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
    .meta({ title: 'Newton–Schulz coefficients', description: 'a, b and c of a·x + b·x³ + c·x⁵.' }),
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
  adjust_lr_fn: z
    .enum(Object.keys(ratios) as [AdjustLr, ...AdjustLr[]])
    .default('original')
    .meta({
      title: 'Learning rate by shape',
      description: 'original and spectral_unclamped want rates near 0.02; match_rms_adamw takes those of AdamW.',
    }),
  adamw_lr_ratio: z.number().min(0).max(1000).default(1).meta({
    title: 'AdamW rate ratio',
    description: 'Learning rate of AdamW, for embeddings, lm_head and norms, divided by that of Muon.',
  }),
  adamw_beta1: adamwFields.beta1,
  adamw_beta2: adamwFields.beta2,
  adamw_eps: adamwFields.eps,
};

const options = z.strictObject(muonFields);

export type MuonOptions = z.output<typeof options>;

/** Matrices between the embeddings and lm_head, by the names that Hugging Face gives those two. */
const isHidden = ({ name, shape }: ParameterSpec): boolean =>
  shape.length === 2 && !/(^|\.)(embed_tokens|lm_head)\.weight$/.test(name);

function muonRule(
  device: Device,
  { weights, gradients }: OptimizerArenas,
  part: Part,
  { weightDecay }: CommonOptions,
  given: MuonOptions,
): UpdateRule {
  const momenta = new StateBuffer(device, part, 'momentum_buffer');
  return {
    state: [momenta],
    emit(graph, clip) {
      for (const spec of part.specs) {
        const { name, shape, size: count, offset: first } = spec;
        const grads = graph.external(`d(${name})`, shape, gradients.slice({ first, count }));
        const p = graph.external(name, shape, weights.slice({ first, count }));
        const u = graph.tensor(`${name} update`, shape);
        graph.dispatch(
          `${name} momentum`,
          muonMomentum,
          { grads, clip, momentum: momenta.tensor(graph, spec), u },
          { count, beta: given.momentum, nesterov: given.nesterov ? 1 : 0 },
        );
        const ratio = ratios[given.adjust_lr_fn](...(shape as [number, number]));
        graph.dispatch(
          'Muon',
          muonUpdate,
          { u: orthogonalize(graph, name, u, given), clip, p },
          { count, lr: { dynamic: 'muonLr' }, decay: weightDecay, ratio },
        );
      }
    },
    dynamics: (_step, lr) => ({ muonLr: lr }),
  };
}

export const muon: OptimizerRecord<typeof muonFields> = {
  name: 'muon',
  title: 'Muon',
  description: 'Makes the update of each hidden matrix orthogonal; embeddings, lm_head and norms learn by AdamW.',
  options,
  create(device, arenas, common, given) {
    const { table } = arenas.weights;
    const hidden = partOf(device, table, isHidden);
    const others = partOf(device, table, (spec) => !isHidden(spec));
    const { adamw_beta1: beta1, adamw_beta2: beta2, adamw_eps: eps, adamw_lr_ratio: lrRatio } = given;
    return createOptimizer(device, arenas, common, [
      muonRule(device, arenas, hidden, common, given),
      adamwRule(device, arenas, others, common, { beta1, beta2, eps }, lrRatio),
    ]);
  },
};
