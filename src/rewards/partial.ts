/** The task's own measure of how much of the answer is right, in [0, 1]: credit on the way to a right answer. */
import type { RewardTerm } from './term';

export const partial: RewardTerm = {
  name: 'partial',
  title: 'Partly right',
  formula: 'share of the answer that is right, by the task',
  evaluate({ partial, measures, correctReason }) {
    const beside = Object.entries(measures).map(([name, value]) => `, ${name} ${Number(value.toPrecision(3))}`);
    return {
      value: partial,
      reason: `${correctReason}; ${Number((100 * partial).toPrecision(3))} % of it${beside.join('')}`,
    };
  },
};
