import wgsl from '../../../shaders/policy_loss_cispo.wgsl';
import { meanOfTokens } from './aggregation';
import { cispoClipRatio } from './metrics';
import { definePolicyLoss } from './policyLoss';

export const cispo = definePolicyLoss({
  name: 'cispo',
  description: 'Log-probability times the ratio, which is capped by ε high and held constant.',
  source: 'MiniMax-M1, arXiv 2506.13585',
  trl: { loss_type: 'cispo' },
  options: {},
  objective: {
    name: 'policy_loss_cispo',
    wgsl,
    plain: ({ ratio, advantage }, { epsilonHigh }) => ({
      value: Math.min(ratio, epsilonHigh!),
      slope: 0,
      most: epsilonHigh!,
      mark: ratio > epsilonHigh! && advantage > 0 ? 1 : 0,
    }),
    gated: true,
    corrected: true,
    params: [],
    cases: [{ label: 'CISPO', params: { epsilonHigh: 1.2 } }],
  },
  aggregation: meanOfTokens,
  epsilonHighIsRatio: true,
  metrics: cispoClipRatio,
});
