/**
 * Pays for steps in the thought, as open-r1's reasoning steps: min(1, steps ÷ target). A step is what stands between separators
 * (comma, semicolon, bar, line break) and is not blank; a thought without a separator is one step.
 */
import type { RewardTerm } from './term';

const SEPARATORS = /[,;|\n]/;

export const stepCount: RewardTerm = {
  name: 'stepCount',
  title: 'Steps of the thought',
  formula: 'min(1, steps ÷ target)',
  evaluate({ thought }, { stepsTarget }) {
    if (thought === null) return { value: 0, reason: 'the tags are not in order, so there is no thought to count in' };
    const steps = thought.split(SEPARATORS).filter((step) => step.trim() !== '').length;
    return { value: Math.min(1, steps / stepsTarget), reason: `${steps} of ${stepsTarget} steps` };
  },
};
