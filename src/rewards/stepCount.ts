/**
 * Pays for steps in the thought, as open-r1's reasoning steps: min(1, steps ÷ target). A step is a text between separators
 * (comma, semicolon, bar, line break) that is not blank. A thought without a separator is one step.
 */
import { integer } from '../fields';
import { extraWeight, rewardTerm } from './term';

const SEPARATORS = /[,;|\n]/;

export const stepCount = rewardTerm({
  name: 'stepCount',
  title: 'Steps of the thought',
  formula: 'min(1, steps ÷ target)',
  color: '#009e73',
  weight: extraWeight('steps of the thought', 'Pays for steps between separators, up to a target.'),
  constants: {
    stepsTarget: integer('Steps', "Steps of a thought that earn all of the term; open-r1's are 3.", 3, 1, 1000),
  },
  words: {
    no_thought: 'the tags are not in order, so there is no thought to count in',
    counted: '{steps} of {target} steps',
  },
  most: () => 1,
  curve: ({ stepsTarget }) => ({
    x: { label: 'steps', max: Math.max(8, 2 * stepsTarget) },
    lines: [
      {
        label: 'thought',
        valueAt: (steps) => Math.min(1, steps / stepsTarget),
        points: [{ label: 'Steps that earn all', x: stepsTarget, y: 1, xField: 'stepsTarget' }],
      },
    ],
  }),
  evaluate({ thought }, { stepsTarget: target }) {
    if (thought === null) return { value: 0, reason: { code: 'no_thought', values: {} } };
    const steps = thought.split(SEPARATORS).filter((step) => step.trim() !== '').length;
    return { value: Math.min(1, steps / target), reason: { code: 'counted', values: { steps, target } } };
  },
});
