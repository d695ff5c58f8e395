import { stagesChart } from './metricChart';

/** Loss of SFT and then of GRPO. */
export const loss = stagesChart({
  name: 'loss',
  title: 'Loss',
  explanation:
    'SFT: mean cross-entropy of the completion tokens, nats; falling is good. GRPO: the policy loss. With one update per batch the ratio is 1 and the advantages of a group sum to 0. The loss then stays near 0, but its gradient does not: watch the reward and the gradient norm.',
  digits: 4,
  sentence: 'SFT: how surprised the model is by the teacher. GRPO loss stays near 0; that is normal. Watch the reward.',
});
