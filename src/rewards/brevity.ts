/** Pays for being short, right or wrong: 1 − L ÷ L_max, in [0, 1]; what was cut off is as long as may be and earns 0. */
import type { RewardTerm } from './term';

export const brevity: RewardTerm = {
  name: 'brevity',
  title: 'Brevity',
  formula: '1 − L ÷ L_max',
  evaluate: ({ length, ended }, { lMax }) =>
    ended
      ? { value: 1 - Math.min(1, length / lMax), reason: `${length} of at most ${lMax} tokens used` }
      : { value: 0, reason: 'cut off: no token was spared' },
};
