import { meanOfTokens } from './aggregation';
import { clipRatios } from './metrics';
import { clippedRatio } from './objectives';
import { definePolicyLoss } from './policyLoss';

export const dapo = definePolicyLoss({
  name: 'dapo',
  description: 'Clipped ratio; each token of the step counts the same.',
  source: 'DAPO, arXiv 2503.14476',
  trl: { loss_type: 'dapo' },
  options: {},
  objective: clippedRatio,
  aggregation: meanOfTokens,
  metrics: clipRatios,
});
