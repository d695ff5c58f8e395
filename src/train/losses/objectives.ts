/** The objective that several losses share: the clipped ratio. */
import wgsl from '../../../shaders/policy_loss_clipped.wgsl';
import type { Objective } from '../../kernels/policyLoss';

/** min(min(c, δ)·A, clip(c, 1 − ε low, 1 + ε high)·A). */
export const clippedRatio: Objective = {
  name: 'policy_loss',
  wgsl,
  plain({ ratio, advantage }, { epsilonLow, epsilonHigh, delta }) {
    const [lowest, highest] = [1 - epsilonLow!, 1 + epsilonHigh!];
    const capped = delta! > 0 && ratio > delta!;
    const held = capped ? delta! : ratio;
    const free = held * advantage;
    const clipped = Math.max(lowest, Math.min(highest, ratio)) * advantage;
    const moves = clipped < free ? ratio >= lowest && ratio <= highest : !capped;
    const bounded = (held < lowest && advantage < 0) || (held > highest && advantage > 0);
    return { value: Math.min(free, clipped), slope: moves ? advantage : 0, most: ratio, mark: bounded ? 1 : 0 };
  },
  gated: false,
  corrected: true,
  params: [],
  cases: [
    { label: 'token ratios with clip-higher, KL and entropy', params: {} },
    { label: 'two-sided clipping', params: { delta: 1.3 } },
    { label: 'a cap below the clip range', params: { delta: 1.1 } },
    {
      label: 'sequence ratios (GSPO)',
      params: { epsilonLow: 0.03, epsilonHigh: 0.04 },
      constants: { SEQUENCE: 1 },
    },
  ],
};
