/** Share of the answer that is right, as the task measures it, in [0, 1]: credit on the way to a right answer. */
import { extraWeight, rewardTerm } from './term';

export const partial = rewardTerm({
  name: 'partial',
  title: 'Partial credit',
  formula: 'share of the answer that is right, by the task',
  color: '#8c6bb1',
  weight: extraWeight('partial credit', "The task's own measure of how much of the answer is right."),
  constants: {},
  words: {
    share: '{verdict}; {share%} of it',
    measured: '{verdict}; {share%} of it, {measures}',
  },
  most: () => 1,
  evaluate({ partial, measures }) {
    const named = Object.entries(measures).map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`);
    return {
      value: partial,
      reason:
        named.length === 0
          ? { code: 'share', values: { share: partial } }
          : { code: 'measured', values: { share: partial, measures: named.join(', ') } },
    };
  },
});
