import { grpoChart } from './metricChart';

/** Entropy of the policy. */
export const entropy = grpoChart({
  name: 'entropy',
  title: 'Entropy',
  explanation:
    'Mean entropy of the next-token distribution at completion tokens, nats. A slow fall is normal. Near 0 the policy always gives the same answer and stops exploring.',
  digits: 3,
  sentence: 'How uncertain the model is at each token.',
});
