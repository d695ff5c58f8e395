/** Pays for tokens and for nothing else: a reward to watch being cheated. L ÷ L_max, in [0, 1]. */
import type { RewardTerm } from './term';

export const length: RewardTerm = {
  name: 'length',
  title: 'Length alone',
  formula: 'L ÷ L_max',
  evaluate: ({ length }, { lMax }) => ({
    value: Math.min(1, length / lMax),
    reason: `${length} of at most ${lMax} tokens, whatever they say`,
  }),
};
