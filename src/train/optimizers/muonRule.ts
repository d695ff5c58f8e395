/** Update of Muon on the hidden matrices, and the split of the parameters between Muon and AdamW. */
import type { Device } from '../../gpu/device';
import { muonMomentum, muonUpdate } from '../../kernels/muon';
import type { ParameterSpec } from '../../model/parameters';
import { adamwRule } from './adamwRule';
import { createOptimizer, type UpdateRule } from './create';
import type { AdjustLr, MuonOptions } from './muon';
import { orthogonalize } from './newtonSchulz';
import type { CommonOptions, Optimizer, OptimizerArenas } from './optimizer';
import { type Part, partOf, StateBuffer } from './part';

/** Factor of the learning rate of a matrix [A, B]. */
const ratios: Readonly<Record<AdjustLr, (A: number, B: number) => number>> = {
  original: (A, B) => Math.sqrt(Math.max(1, A / B)),
  match_rms_adamw: (A, B) => 0.2 * Math.sqrt(Math.max(A, B)),
  spectral_unclamped: (A, B) => Math.sqrt(A / B),
};

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

/**
 * Muon for the hidden matrices, AdamW for all else.
 * @throws naming a matrix that no binding may start at: one of a group of projections whose sizes fill no whole block
 */
export async function createMuon(
  device: Device,
  arenas: OptimizerArenas,
  common: CommonOptions,
  options: MuonOptions,
): Promise<Optimizer> {
  const { table } = arenas.weights;
  const hidden = partOf(device, table, isHidden);
  const unaligned = hidden.specs.find(({ offset }) => offset % table.alignment !== 0);
  if (unaligned)
    throw new Error(
      `optimizer: Muon binds each matrix by itself, and ${unaligned.name} starts at no multiple of ${table.alignment} numbers; use adamw`,
    );
  const others = partOf(device, table, (spec) => !isHidden(spec));
  const { adamw_beta1: beta1, adamw_beta2: beta2, adamw_eps: eps, adamw_lr_ratio: lrRatio } = options;
  return createOptimizer(device, arenas, common, [
    muonRule(device, arenas, hidden, common, options),
    adamwRule(device, arenas, others, common, { beta1, beta2, eps }, lrRatio),
  ]);
}
