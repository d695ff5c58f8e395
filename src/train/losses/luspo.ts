import { meanOfSequenceSums } from './aggregation';
import { clipRatios } from './metrics';
import { clippedRatio } from './objectives';
import { definePolicyLoss } from './policyLoss';

export const luspo = definePolicyLoss({
  name: 'luspo',
  description: 'Clipped ratio; a sequence counts by its length. The paper sets importanceSampling to sequence.',
  source: 'LUSPO, arXiv 2602.05261',
  trl: { loss_type: 'luspo' },
  options: {},
  objective: clippedRatio,
  aggregation: meanOfSequenceSums,
  metrics: clipRatios,
});
