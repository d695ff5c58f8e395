/** Pays for a short completion, right or wrong: 1 − L ÷ L_max in [0, 1]. A completion that was cut off earns 0. */
import { extraWeight, rewardTerm } from './term';

export const brevity = rewardTerm({
  name: 'brevity',
  title: 'Brevity',
  formula: '1 − L ÷ L_max',
  color: '#56b4e9',
  weight: extraWeight('brevity', 'Pays for every token that is not used.'),
  constants: {},
  words: {
    used: '{length} of at most {lMax} tokens used',
    cut_off: 'cut off: no token was saved',
  },
  most: () => 1,
  curve: (_, lMax) => ({
    x: { label: 'tokens', max: lMax },
    lines: [{ label: 'ended', valueAt: (length) => 1 - Math.min(1, length / lMax), points: [] }],
  }),
  evaluate: ({ length, lMax, ended }) =>
    ended
      ? { value: 1 - Math.min(1, length / lMax), reason: { code: 'used', values: { length, lMax } } }
      : { value: 0, reason: { code: 'cut_off', values: {} } },
});
