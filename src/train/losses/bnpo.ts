import { meanOfTokens } from './aggregation';
import { clipRatios } from './metrics';
import { clippedRatio } from './objectives';
import { definePolicyLoss } from './policyLoss';

export const bnpo = definePolicyLoss({
  name: 'bnpo',
  description: 'Clipped ratio; each token of the step counts the same.',
  source: 'TRL',
  trl: { loss_type: 'bnpo' },
  options: {},
  objective: clippedRatio,
  aggregation: meanOfTokens,
  metrics: clipRatios,
});
