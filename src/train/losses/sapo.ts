import wgsl from '../../../shaders/policy_loss_sapo.wgsl';
import { meanOfSequenceMeans } from './aggregation';
import { number } from './options';
import { definePolicyLoss } from './policyLoss';

/** exp(50) is far inside f32. */
const temperature = { min: 0.01, max: 50 };

const options = {
  sapoTemperaturePos: number({
    trl: 'sapo_temperature_pos',
    title: 'SAPO τ, A > 0',
    description: 'Only for sapo: sharpness of the gate where the advantage is above 0.',
    ...temperature,
    default: 1,
  }),
  sapoTemperatureNeg: number({
    trl: 'sapo_temperature_neg',
    title: 'SAPO τ, A at most 0',
    description:
      'Only for sapo: sharpness of the gate elsewhere. Above the other one, updates from bad completions fade sooner.',
    ...temperature,
    default: 1.05,
  }),
};

export const sapo = definePolicyLoss({
  name: 'sapo',
  description: 'A sigmoid of the ratio in place of clipping: (4 ÷ τ) · σ(τ · (ratio − 1)) · advantage.',
  source: 'SAPO, arXiv 2511.20347',
  trl: { loss_type: 'sapo' },
  options,
  objective: {
    name: 'policy_loss_sapo',
    wgsl,
    plain({ ratio, advantage }, { sapoTemperaturePos, sapoTemperatureNeg }) {
      const temperature = advantage > 0 ? sapoTemperaturePos! : sapoTemperatureNeg!;
      const x = temperature * (ratio - 1);
      const e = Math.exp(-Math.abs(x));
      const sigmoid = (x < 0 ? e : 1) / (1 + e);
      const slope = (4 * advantage * e) / (1 + e) ** 2;
      return { value: ((sigmoid * 4) / temperature) * advantage, slope, most: ratio, mark: 0 };
    },
    gated: false,
    corrected: true,
    params: Object.keys(options),
    cases: [
      { label: 'SAPO', params: { sapoTemperaturePos: 1, sapoTemperatureNeg: 1.05 } },
      { label: 'SAPO, sharp and soft', params: { sapoTemperaturePos: 8, sapoTemperatureNeg: 0.1 } },
    ],
  },
  aggregation: meanOfSequenceMeans,
  metrics: () => ({}),
});
