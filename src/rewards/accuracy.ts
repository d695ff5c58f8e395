/**
 * Accuracy scaled by length, with the report's overrides. Phi-4-reasoning technical report, section 4.1:
 *   right: ρ = min(1, max(L − L_pos, 0) / (L_max − L_pos)), 0.5 + 0.25·(1 + cos πρ): 1.0 down to 0.5
 *   wrong: ρ = min(1, L / L_neg),                          −0.5 − 0.25·(1 + cos πρ): −1.0 up to −0.5
 *   no end token: −0.5;  a think tag missing, repeated or out of order: −1.0.  The missing end comes first.
 */
import type { RewardLimits, RewardTerm } from './term';

export function cosineReward(correct: boolean, length: number, { lMax, lPos, lNeg }: RewardLimits): number {
  const rho = correct ? Math.min(1, Math.max(length - lPos, 0) / (lMax - lPos)) : Math.min(1, length / lNeg);
  const wave = 0.25 * (1 + Math.cos(Math.PI * rho));
  return correct ? 0.5 + wave : -0.5 - wave;
}

function lengthReason(correct: boolean, length: number, { lPos, lNeg }: RewardLimits): string {
  if (correct) return length <= lPos ? `${length} tokens cost nothing` : `${length} tokens, past ${lPos}, cost`;
  return length < lNeg ? `at ${length} tokens, short of ${lNeg}, that costs more` : `${length} tokens`;
}

export const accuracy: RewardTerm = {
  name: 'accuracy',
  title: 'Accuracy, scaled by length',
  formula: 'right: ½ + ¼(1 + cos πρ), wrong: −½ − ¼(1 + cos πρ)',
  evaluate(input, limits) {
    if (!input.ended) return { value: -0.5, reason: 'no end token: cut off at the budget' };
    if (input.think !== 'ok')
      return { value: -1, reason: `format: ${input.thinkFault || `think tags: ${input.think}`}` };
    const value = cosineReward(input.correct, input.length, limits);
    return { value, reason: `${input.correctReason}; ${lengthReason(input.correct, input.length, limits)}` };
  },
};
