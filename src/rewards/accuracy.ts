/**
 * Accuracy scaled by length, with the report's overrides. arXiv 2504.21318, section 4.1, every constant open:
 *   right: ρ = min(1, max(L − L_pos, 0) / (L_max − L_pos)), long + ½(short − long)(1 + cos πρ):  1.0 down to 0.5
 *   wrong: ρ = min(1, L / L_neg),                           long + ½(short − long)(1 + cos πρ): −1.0 up to −0.5
 *   no end token: −0.5;  a think tag missing, repeated or out of order: −1.0.  The missing end comes first, unless told otherwise.
 */
import type { RewardConstants, RewardTerm } from './term';

type CosineConstants = Pick<
  RewardConstants,
  'lMax' | 'lPos' | 'lNeg' | 'rightShort' | 'rightLong' | 'wrongShort' | 'wrongLong'
>;

export function cosineReward(correct: boolean, length: number, constants: CosineConstants): number {
  const { lMax, lPos, lNeg } = constants;
  const rho = correct ? Math.min(1, Math.max(length - lPos, 0) / (lMax - lPos)) : Math.min(1, length / lNeg);
  const [short, long] = correct
    ? [constants.rightShort, constants.rightLong]
    : [constants.wrongShort, constants.wrongLong];
  return long + ((short - long) / 2) * (1 + Math.cos(Math.PI * rho));
}

function lengthReason(correct: boolean, length: number, constants: CosineConstants): string {
  const { lPos, lNeg, rightShort, rightLong, wrongShort, wrongLong } = constants;
  const effect = (change: number) => (change < 0 ? 'cost' : change > 0 ? 'earn' : 'change nothing');
  if (correct)
    return length <= lPos
      ? `${length} tokens cost nothing`
      : `${length} tokens, past ${lPos}, ${effect(rightLong - rightShort)}`;
  if (length >= lNeg || wrongShort === wrongLong) return `${length} tokens`;
  return `at ${length} tokens, short of ${lNeg}, that costs ${wrongShort < wrongLong ? 'more' : 'less'}`;
}

export const accuracy: RewardTerm = {
  name: 'accuracy',
  title: 'Accuracy, scaled by length',
  formula: 'right: ½ + ¼(1 + cos πρ), wrong: −½ − ¼(1 + cos πρ)',
  evaluate(input, constants) {
    const { missingEnd, formatFault, firstFault } = constants;
    const end = input.ended ? null : { value: missingEnd, reason: 'no end token: cut off at the budget' };
    const format =
      input.think === 'ok'
        ? null
        : { value: formatFault, reason: `format: ${input.thinkFault || `think tags: ${input.think}`}` };
    const fault = firstFault === 'end' ? (end ?? format) : (format ?? end);
    if (fault) return fault;
    const value = cosineReward(input.correct, input.length, constants);
    return { value, reason: `${input.correctReason}; ${lengthReason(input.correct, input.length, constants)}` };
  },
};
