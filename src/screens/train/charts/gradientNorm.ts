import { stagesChart } from './metricChart';

/** Norm of the gradient in SFT and then in GRPO. */
export const gradientNorm = stagesChart({
  name: 'grad_norm',
  title: 'Gradient',
  explanation:
    'Norm of the whole gradient before clipping. A steady level is good; spikes or growth mean that the learning rate is too high.',
  digits: 3,
  sentence: 'The size of each update to the weights, before clipping.',
});
