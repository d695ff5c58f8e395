import { sumOverMaxLength } from './aggregation';
import { clipRatios } from './metrics';
import { clippedRatio } from './objectives';
import { definePolicyLoss } from './policyLoss';

export const drGrpo = definePolicyLoss({
  name: 'dr_grpo',
  description: 'Clipped ratio; a constant divides, so that length does not matter.',
  source: 'Dr. GRPO, arXiv 2503.20783',
  trl: { loss_type: 'dr_grpo' },
  options: {},
  objective: clippedRatio,
  aggregation: sumOverMaxLength,
  metrics: clipRatios,
});
