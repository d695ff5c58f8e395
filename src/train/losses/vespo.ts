import wgsl from '../../../shaders/policy_loss_vespo.wgsl';
import { MOST_CORRECTION_EXPONENT } from '../../kernels/correction';
import { meanOfTokens } from './aggregation';
import { gateMean } from './metrics';
import { number } from './options';
import { definePolicyLoss } from './policyLoss';

const power = { min: 0, max: 20 };
const options = {
  vespoKPos: number({
    trl: 'vespo_k_pos',
    title: 'VESPO k, A at least 0',
    description: 'Only for vespo: power of the ratio where the advantage is 0 or above; it damps small ratios.',
    ...power,
    default: 2,
  }),
  vespoLambdaPos: number({
    trl: 'vespo_lambda_pos',
    title: 'VESPO λ, A at least 0',
    description: 'Only for vespo: decay where the advantage is 0 or above; it damps large ratios.',
    ...power,
    default: 3,
  }),
  vespoKNeg: number({
    trl: 'vespo_k_neg',
    title: 'VESPO k, A < 0',
    description: 'Only for vespo: power of the ratio where the advantage is below 0.',
    ...power,
    default: 3,
  }),
  vespoLambdaNeg: number({
    trl: 'vespo_lambda_neg',
    title: 'VESPO λ, A < 0',
    description: 'Only for vespo: decay where the advantage is below 0.',
    ...power,
    default: 2,
  }),
};

const LEAST_LOG = Math.log(1e-8);
const clamp = (value: number, least: number) => Math.max(least, Math.min(20, value));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export const vespo = definePolicyLoss({
  name: 'vespo',
  description:
    'Log-probability times φ(w) = exp(λ + k · log w − λ · w), held constant; w is the ratio of the whole sequence, the product of its tokens, sampler correction included.',
  source: 'VESPO, arXiv 2602.10693',
  trl: { loss_type: 'vespo' },
  options,
  objective: {
    name: 'policy_loss_vespo',
    wgsl,
    plain({ advantage, logprob, logRatios, logCorrections }, params) {
      const logRatio = sum(logRatios().map((log) => clamp(log, -20)));
      const logCorrection = sum(logCorrections().map((log) => clamp(log, LEAST_LOG)));
      const logW = clamp(logRatio + logCorrection, LEAST_LOG);
      const k = advantage >= 0 ? params.vespoKPos! : params.vespoKNeg!;
      const lambda = Math.max(advantage >= 0 ? params.vespoLambdaPos! : params.vespoLambdaNeg!, 1e-4);
      const most = MOST_CORRECTION_EXPONENT - Math.log(Math.max(1, Math.abs(advantage * logprob)));
      const gate = Math.exp(Math.min(lambda + k * logW - lambda * Math.exp(logW), most));
      return { value: gate, slope: 0, most: gate, mark: gate };
    },
    gated: true,
    corrected: false,
    params: Object.keys(options),
    cases: [
      { label: 'VESPO', params: { vespoKPos: 2, vespoLambdaPos: 3, vespoKNeg: 3, vespoLambdaNeg: 2 } },
      { label: 'VESPO, flat', params: { vespoKPos: 0.5, vespoLambdaPos: 0, vespoKNeg: 0, vespoLambdaNeg: 0.1 } },
    ],
  },
  aggregation: meanOfTokens,
  marksGate: true,
  metrics: (sequences) => ({ 'vespo/phi_seq_mean': gateMean(sequences) }),
  fault: ({ samplerCorrection }) =>
    samplerCorrection.startsWith('sequence')
      ? { field: 'samplerCorrection', message: 'vespo takes token_truncate or token_mask, as in TRL' }
      : null,
});
