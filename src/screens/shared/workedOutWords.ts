/** The arithmetic of a group as text: how an advantage arises, and what a token gets of it. Pure functions, without React. */
import { EPSILON, type WorkedCompletion, type WorkedGroup, type WorkedOptions } from '../../lab/run/workedOut';
import type { Comparison, ScaleRewards } from '../../train/advantages';
import type { LengthDivisor } from '../../train/losses/aggregation';
import { fixed } from './format';

/** Two decimals or more, and no minus sign on 0. */
export const figure = (value: number, digits = 2): string => fixed(value, digits).replace(/^−(0\.0+)$/, '$1');
/** The same, in brackets where it is negative: a term after an operator. */
function operand(value: number, digits = 2): string {
  const text = figure(value, digits);
  return text.startsWith('−') ? `(${text})` : text;
}

interface Precision {
  /** Decimals of reward, mean, difference and std. */
  readonly digits: number;
  /** The ε that the division adds, where the result needs it: "÷ (std 0.0039 + 0.0001)". */
  readonly epsilon: boolean;
}

/** Fewest decimals with which a reader gets the shown results from the shown numbers: two in most groups, more for a small std. */
function precisionOf({ value, mean, deviation, advantage }: Comparison): Precision {
  for (let digits = 2; digits <= 6; digits++) {
    const at = (exact: number) => Number(exact.toFixed(digits));
    const difference = at(value - mean);
    if (Math.abs(at(value) - at(mean) - difference) > 1e-9) continue;
    if (deviation === null || figure(advantage) === '0.00') return { digits, epsilon: false };
    const isReached = (divisor: number) => Math.abs(difference / divisor - advantage) < 0.01;
    if (isReached(at(deviation))) return { digits, epsilon: false };
    if (isReached(at(deviation) + EPSILON)) return { digits: Math.max(digits, 4), epsilon: true };
  }
  return { digits: 2, epsilon: false };
}

/** "÷ std of the batch 0.47", or with ε "÷ (std 0.0039 + 0.0001)". */
function divisionWords(of: string, deviation: number, { digits, epsilon }: Precision): string {
  const std = `std ${of}${figure(deviation, digits)}`;
  return `÷ ${epsilon ? `(${std} + ${EPSILON})` : std}`;
}

/** Three digits; below 0.01 in scientific notation. */
export function scientific(value: number): string {
  if (value === 0) return '0';
  const text = Math.abs(value) < 0.01 ? value.toExponential(2) : value.toPrecision(3);
  return text.replace(/-/g, '−');
}

/** Effect of an advantage on its completion. An advantage that shows as 0 has none. */
export function effect(advantage: number): string {
  if (figure(advantage) === '0.00') return 'no change';
  return advantage > 0 ? 'more likely' : 'less likely';
}

export const scaleTitles: Readonly<Record<ScaleRewards, string>> = {
  group: 'group',
  batch: 'batch',
  none: 'none (Dr. GRPO)',
};
export const divisorTitles: Readonly<Record<LengthDivisor, string>> = {
  sequence: 'own length (GRPO)',
  batch: 'batch tokens (DAPO)',
  constant: 'constant (Dr. GRPO)',
  none: 'none (LUSPO)',
};

/** "reward −0.47 − mean 0.37 = −0.84; ÷ std 0.47 = −1.79 → less likely". */
export function advantageFormula(
  { comparison, parts }: WorkedCompletion,
  scale: ScaleRewards,
  titleOf: (term: string) => string,
): string {
  const { value, mean, deviation, advantage, terms } = comparison;
  const precision = precisionOf(comparison);
  const { digits } = precision;
  const outcome = `→ ${effect(advantage)}`;
  const difference = `mean ${terms ? 'of the batch ' : ''}${operand(mean, digits)} = ${figure(value - mean, digits)}`;
  const divided = (of: string) => `${divisionWords(of, deviation!, precision)} = ${figure(advantage)} ${outcome}`;
  if (terms) {
    const sum = parts.map(
      ({ name, weight }, k) => `${titleOf(name)} ${fixed(weight, 3)} × ${operand(terms[k]!.advantage)}`,
    );
    return `${sum.join(' + ')} = ${figure(value, digits)}; − ${difference}; ${divided('of the batch ')}`;
  }
  const start = `reward ${figure(value, digits)} − ${difference}`;
  if (deviation === null) return `${start}; not divided ${outcome}`;
  return `${start}; ${divided(scale === 'batch' ? 'of the batch ' : '')}`;
}

/** Comparison of each term with its group, for `normalize_then_sum`: "(−0.50 − 0.20) ÷ std 0.58 = −1.20". */
export const termFormulas = ({ comparison: { terms }, parts }: WorkedCompletion, titleOf: (term: string) => string) =>
  (terms ?? []).map((term, k) => {
    const precision = precisionOf(term);
    const { digits } = precision;
    const difference = `(${figure(term.value, digits)} − ${operand(term.mean, digits)})`;
    const divided = divisionWords('', term.deviation!, precision);
    return `${titleOf(parts[k]!.name)}: ${difference} ${divided} = ${figure(term.advantage)}`;
  });

interface TokenContext {
  readonly batch: WorkedGroup['batch'];
  readonly divisor: LengthDivisor;
  /** Maximum completion length, tokens. */
  readonly lMax: number;
  /** μ, optimizer steps on each batch. */
  readonly updates: number;
}

/** "Each of its 12 tokens gets −1.79 ÷ (12 tokens × 128 completions) = −1.17e−3". */
export function tokenFormula(
  { tokens, counted, comparison: { advantage }, perToken }: WorkedCompletion,
  { batch, divisor, lMax, updates }: TokenContext,
): string {
  if (!counted) return `Cut off, so the recipe masks it: its ${tokens} tokens get 0`;
  const by = {
    sequence: `(${tokens} tokens × ${batch.completions} completions)`,
    batch: `${batch.tokens} tokens of the batch`,
    constant: `(${lMax} tokens of L max × ${batch.completions} completions)`,
    none: `${batch.completions} completions`,
  }[divisor];
  const repeated = updates > 1 ? `, in each of μ = ${updates} updates` : '';
  const each = tokens === 1 ? 'Its 1 token gets' : `Each of its ${tokens} tokens gets`;
  return `${each} ${figure(advantage)} ÷ ${by} = ${scientific(perToken)}${repeated}`;
}

/** The run's own number, while the shown one is another; null where the options are the run's. */
export function trainedNote(
  shown: WorkedCompletion,
  trained: WorkedCompletion,
  options: WorkedOptions,
  trainedOptions: WorkedOptions,
): string | null {
  const same =
    options.scaleRewards === trainedOptions.scaleRewards && options.lengthDivisor === trainedOptions.lengthDivisor;
  if (same) return null;
  return `As trained: advantage ${figure(trained.comparison.advantage)}, ${scientific(trained.perToken)} per token; shown: ${figure(shown.comparison.advantage)}, ${scientific(shown.perToken)}. The run does not change.`;
}
