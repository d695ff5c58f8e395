import { grpoChart } from './metricChart';

/** KL divergence of the policy from the SFT model. */
export const kl = grpoChart({
  name: 'kl',
  title: 'KL',
  explanation:
    'Mean of exp(ref − lp) − (ref − lp) − 1 over completion tokens: how far the policy has moved from the SFT model. Small and steady is good; a fast rise often comes before a collapse. Measured even where its weight β is 0.',
  digits: 4,
  sentence: 'How far the policy has moved from the SFT model.',
});
