/** Pays for tokens alone, L ÷ L_max in [0, 1]: a reward to watch being hacked. */
import { extraWeight, rewardTerm } from './term';

export const length = rewardTerm({
  name: 'length',
  title: 'Length alone',
  formula: 'L ÷ L_max',
  color: 'var(--teal)',
  weight: extraWeight('length alone', 'Pays for every token, also for nonsense: watch it being hacked.'),
  constants: {},
  words: { used: '{length} of at most {lMax} tokens; their content does not count' },
  most: () => 1,
  curve: (_, lMax) => ({
    x: { label: 'tokens', max: lMax },
    lines: [{ label: 'any answer', valueAt: (length) => Math.min(1, length / lMax), points: [] }],
  }),
  evaluate: ({ length, lMax }) => ({
    value: Math.min(1, length / lMax),
    reason: { code: 'used', values: { length, lMax } },
  }),
});
