import { meanOfSequenceMeans } from './aggregation';
import { clipRatios } from './metrics';
import { clippedRatio } from './objectives';
import { definePolicyLoss } from './policyLoss';

export const gspo = definePolicyLoss({
  name: 'gspo',
  description: 'Clipped ratio of the whole sequence, the mean of its log-ratios.',
  source: 'GSPO, arXiv 2507.18071',
  trl: { loss_type: 'grpo', importance_sampling_level: 'sequence' },
  options: {},
  objective: clippedRatio,
  aggregation: meanOfSequenceMeans,
  sequenceRatio: true,
  metrics: clipRatios,
});
