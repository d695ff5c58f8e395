/** The arithmetic of a group as text: how an advantage arises, and what a token gets of it. Pure functions, without React. */
import type { WorkedCompletion, WorkedGroup, WorkedOptions } from '../../lab/run/workedOut';
import type { ScaleRewards } from '../../train/advantages';
import type { LengthDivisor } from '../../train/losses/aggregation';
import { fixed } from './format';

/** Two decimals, and no minus sign on 0. */
export const figure = (value: number): string => fixed(value, 2).replace(/^−(0\.00)$/, '$1');
/** The same, in brackets where it is negative: a term after an operator. */
const operand = (value: number): string => (figure(value).startsWith('−') ? `(${figure(value)})` : figure(value));

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
  { comparison: { value, mean, deviation, advantage, terms }, parts }: WorkedCompletion,
  scale: ScaleRewards,
  titleOf: (term: string) => string,
): string {
  const outcome = `→ ${effect(advantage)}`;
  const difference = `mean ${terms ? 'of the batch ' : ''}${operand(mean)} = ${figure(value - mean)}`;
  const divided = (of: string) => `÷ std ${of}${figure(deviation!)} = ${figure(advantage)} ${outcome}`;
  if (terms) {
    const sum = parts.map(
      ({ name, weight }, k) => `${titleOf(name)} ${fixed(weight, 3)} × ${operand(terms[k]!.advantage)}`,
    );
    return `${sum.join(' + ')} = ${figure(value)}; − ${difference}; ${divided('of the batch ')}`;
  }
  const start = `reward ${figure(value)} − ${difference}`;
  if (deviation === null) return `${start}; not divided ${outcome}`;
  return `${start}; ${divided(scale === 'batch' ? 'of the batch ' : '')}`;
}

/** Comparison of each term with its group, for `normalize_then_sum`: "(−0.50 − 0.20) ÷ 0.58 = −1.20". */
export const termFormulas = ({ comparison: { terms }, parts }: WorkedCompletion, titleOf: (term: string) => string) =>
  (terms ?? []).map(
    ({ value, mean, deviation, advantage }, k) =>
      `${titleOf(parts[k]!.name)}: (${figure(value)} − ${operand(mean)}) ÷ std ${figure(deviation!)} = ${figure(advantage)}`,
  );

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
