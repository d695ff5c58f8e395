/** The arithmetic of a group as text, for every option. */
import { expect, it } from 'vitest';
import type { WorkedCompletion } from '../../lab/run/workedOut';
import { advantageFormula, scientific, termFormulas, tokenFormula, trainedNote } from './workedOutWords';

const comparison = { value: -0.47, mean: 0.37, deviation: 0.469, advantage: -1.7906, terms: null };
const one: WorkedCompletion = {
  parts: [{ name: 'accuracy', weight: 0.5, amount: -0.47 }],
  reward: -0.47,
  ...{ comparison, tokens: 12, counted: true, weight: 1 / 1536, perToken: -1.7906 / 1536 },
};
const context = { batch: { completions: 128, tokens: 1540 }, divisor: 'sequence', lMax: 24, updates: 1 } as const;
const title = (name: string) => name;

it('spells an advantage out, as each scaling gives it', () => {
  const start = 'reward −0.47 − mean 0.37 = −0.84';
  expect(advantageFormula(one, 'group', title)).toBe(`${start}; ÷ std 0.47 = −1.79 → less likely`);
  expect(advantageFormula(one, 'batch', title)).toBe(`${start}; ÷ std of the batch 0.47 = −1.79 → less likely`);
  const undivided = { ...one, comparison: { ...comparison, deviation: null, advantage: -0.84 } };
  expect(advantageFormula(undivided, 'none', title)).toBe(`${start}; not divided → less likely`);
  const equal = { ...one, comparison: { value: -0.5, mean: -0.5, deviation: 0, advantage: -1e-9, terms: null } };
  expect(advantageFormula(equal, 'group', title)).toBe(
    'reward −0.50 − mean (−0.50) = 0.00; ÷ std 0.00 = 0.00 → no change',
  );
});

it('shows as many decimals as a reader needs to get the results from the shown numbers', () => {
  const formula = (value: number, mean: number, deviation: number) => {
    const advantage = (value - mean) / (deviation + 1e-4);
    return advantageFormula({ ...one, comparison: { value, mean, deviation, advantage, terms: null } }, 'group', title);
  };
  // 0.62 − 0.07 = 0.54 would be wrong by a cent
  expect(formula(0.6154, 0.0725, 0.5797)).toBe('reward 0.615 − mean 0.072 = 0.543; ÷ std 0.580 = 0.94 → more likely');
  // a small std is no 0.00, and the ε beside it counts
  expect(formula(0.7487, 0.75842, 0.003929)).toBe(
    'reward 0.74870 − mean 0.75842 = −0.00972; ÷ (std 0.00393 + 0.0001) = −2.41 → less likely',
  );
});

it('shows the sum of normalized terms', () => {
  const terms = [{ value: -0.5, mean: 0.2, deviation: 0.58, advantage: -1.2 }];
  const summed = { ...one, comparison: { value: -0.6, mean: 0, deviation: 0.5, advantage: -1.2, terms } };
  expect(advantageFormula(summed, 'group', title)).toBe(
    'accuracy 0.500 × (−1.20) = −0.60; − mean of the batch 0.00 = −0.60; ÷ std of the batch 0.50 = −1.20 → less likely',
  );
  expect(termFormulas(summed, title)).toEqual(['accuracy: (−0.50 − 0.20) ÷ std 0.58 = −1.20']);
});

it('says what each token gets', () => {
  const each = 'Each of its 12 tokens gets −1.79 ÷';
  expect(tokenFormula(one, context)).toBe(`${each} (12 tokens × 128 completions) = −1.17e−3`);
  expect(tokenFormula(one, { ...context, divisor: 'batch', updates: 2 })).toBe(
    `${each} 1540 tokens of the batch = −1.17e−3, in each of μ = 2 updates`,
  );
  expect(tokenFormula(one, { ...context, divisor: 'constant' })).toContain('÷ (24 tokens of L max × 128 completions)');
  expect(tokenFormula(one, { ...context, divisor: 'none' })).toContain('÷ 128 completions');
  expect(tokenFormula({ ...one, counted: false }, context)).toContain('masks it: its 12 tokens get 0');
  expect(tokenFormula({ ...one, tokens: 1 }, context)).toMatch(/^Its 1 token gets/);
  expect([0, 0.5, -1e-5].map(scientific)).toEqual(['0', '0.500', '−1.00e−5']);
});

it('names the number of the run while another is shown', () => {
  const own = { scaleRewards: 'group', lengthDivisor: 'sequence' } as const;
  expect(trainedNote(one, one, own, own)).toBeNull();
  expect(trainedNote(one, one, { ...own, scaleRewards: 'none' }, own)).toMatch(
    /^As trained: advantage −1\.79, −1\.17e−3/,
  );
});
