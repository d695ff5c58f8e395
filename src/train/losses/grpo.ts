import { meanOfSequenceMeans } from './aggregation';
import { clipRatios } from './metrics';
import { clippedRatio } from './objectives';
import { definePolicyLoss } from './policyLoss';

export const grpo = definePolicyLoss({
  name: 'grpo',
  description: 'Clipped ratio. Long and short sequences count the same.',
  source: 'DeepSeekMath, arXiv 2402.03300',
  trl: { loss_type: 'grpo' },
  options: {},
  objective: clippedRatio,
  aggregation: meanOfSequenceMeans,
  metrics: clipRatios,
});
