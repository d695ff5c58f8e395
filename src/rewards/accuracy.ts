/**
 * Accuracy scaled by length, with the report's overrides. arXiv 2504.21318, section 4.1, every constant open:
 *   right: ρ = min(1, max(L − L_pos, 0) / (L_max − L_pos)), long + ½(short − long)(1 + cos πρ):  1.0 down to 0.5
 *   wrong: ρ = min(1, L / L_neg),                           long + ½(short − long)(1 + cos πρ): −1.0 up to −0.5
 *   no end token: −0.5;  a think tag missing, repeated or out of order: −1.0.  `firstFault` decides between the two.
 */
import { choice, number } from '../fields';
import { thinkWords } from '../text/completion';
import { type Constants, rewardTerm } from './term';

const constants = {
  lPos: number('L pos', 'A right answer longer than this earns less.', 19.2, 0, 4096),
  lNeg: number('L neg', 'A wrong answer shorter than this costs more.', 8.4, 1, 4096),
  rightShort: number('Correct and short', 'Accuracy of a right answer up to L pos.', 1, -10, 10),
  rightLong: number('Correct and long', 'Accuracy of a right answer at L max.', 0.5, -10, 10),
  wrongShort: number('Wrong and short', 'Accuracy of a wrong answer of no length.', -1, -10, 10),
  wrongLong: number('Wrong and long', 'Accuracy of a wrong answer from L neg on.', -0.5, -10, 10),
  missingEnd: number('Truncated', 'Accuracy of a completion that was cut off.', -0.5, -10, 10),
  formatFault: number('Format fault', 'Accuracy where a think tag is missing, repeated or out of order.', -1, -10, 10),
  firstFault: choice(
    'Which penalty wins',
    'Which penalty applies when a completion is both cut off and malformed.',
    ['end', 'format'],
    'end',
  ),
};
type AccuracyConstants = Constants<typeof constants>;
type Cosine = Pick<AccuracyConstants, 'lPos' | 'lNeg' | 'rightShort' | 'rightLong' | 'wrongShort' | 'wrongLong'>;

const words = {
  cut_off: 'no end token: cut off at the budget',
  tags: 'format: think tags: {think}',
  missing: `format: ${thinkWords.missing}`,
  repeated: `format: ${thinkWords.repeated}`,
  order: `format: ${thinkWords.order}`,
  right: '{verdict}; no length penalty ({length} tokens)',
  right_long_costs: '{verdict}; past {lPos} tokens a right answer earns less ({length} tokens)',
  right_long_earns: '{verdict}; past {lPos} tokens a right answer earns more ({length} tokens)',
  right_long_same: '{verdict}; no length penalty past {lPos} tokens ({length} tokens)',
  wrong: '{verdict}; {length} tokens',
  wrong_short_costs_more: '{verdict}; under {lNeg} tokens a wrong answer loses more ({length} tokens)',
  wrong_short_costs_less: '{verdict}; under {lNeg} tokens a wrong answer loses less ({length} tokens)',
} as const;

/** Reward of an answer by its length in tokens. */
export function cosineReward(correct: boolean, length: number, lMax: number, constants: Cosine): number {
  const { lPos, lNeg } = constants;
  const rho = correct ? Math.min(1, Math.max(length - lPos, 0) / (lMax - lPos)) : Math.min(1, length / lNeg);
  const [short, long] = correct
    ? [constants.rightShort, constants.rightLong]
    : [constants.wrongShort, constants.wrongLong];
  return long + ((short - long) / 2) * (1 + Math.cos(Math.PI * rho));
}

function lengthReason(correct: boolean, length: number, constants: Cosine) {
  const { lPos, lNeg, rightShort, rightLong, wrongShort, wrongLong } = constants;
  if (correct) {
    if (length <= lPos) return { code: 'right', values: { length } } as const;
    const values = { length, lPos };
    if (rightLong === rightShort) return { code: 'right_long_same', values } as const;
    return { code: rightLong < rightShort ? 'right_long_costs' : 'right_long_earns', values } as const;
  }
  if (length >= lNeg || wrongShort === wrongLong) return { code: 'wrong', values: { length } } as const;
  const code = wrongShort < wrongLong ? 'wrong_short_costs_more' : 'wrong_short_costs_less';
  return { code, values: { length, lNeg } } as const;
}

export const accuracy = rewardTerm({
  name: 'accuracy',
  title: 'Accuracy, scaled by length',
  formula:
    'right: long + ½(short − long)(1 + cos πρ), ρ = min(1, max(L − L_pos, 0) ÷ (L_max − L_pos)); wrong: the same with ρ = min(1, L ÷ L_neg)',
  color: 'var(--blue)',
  weight: number('Weight of accuracy', "The report's is 8/13.", 8 / 13, -10, 10),
  constants,
  lengths: { lPos: 0.8, lNeg: 0.35 },
  words,
  most: ({ rightShort, rightLong, wrongShort, wrongLong, missingEnd, formatFault }) =>
    Math.max(rightShort, rightLong, wrongShort, wrongLong, missingEnd, formatFault),
  curve: (constants, lMax) => ({
    x: { label: 'tokens', max: lMax },
    lines: [
      {
        label: 'right',
        valueAt: (length) => cosineReward(true, length, lMax, constants),
        points: [
          {
            label: 'Correct and short',
            x: constants.lPos,
            y: constants.rightShort,
            xField: 'lPos',
            yField: 'rightShort',
          },
          { label: 'Correct and long', x: lMax, y: constants.rightLong, yField: 'rightLong' },
        ],
      },
      {
        label: 'wrong',
        valueAt: (length) => cosineReward(false, length, lMax, constants),
        points: [
          { label: 'Wrong and short', x: 0, y: constants.wrongShort, yField: 'wrongShort' },
          { label: 'Wrong and long', x: constants.lNeg, y: constants.wrongLong, xField: 'lNeg', yField: 'wrongLong' },
        ],
      },
    ],
  }),
  check({ lPos }, _, lMax, issue) {
    if (lPos >= lMax) issue('lPos', `L pos (${lPos}) must be below L max (${lMax})`);
  },
  evaluate({ ended, think, thinkFault, correct, length, lMax }, constants) {
    const { missingEnd, formatFault, firstFault } = constants;
    const end = ended ? null : ({ value: missingEnd, reason: { code: 'cut_off', values: {} } } as const);
    const malformed = thinkFault ?? ({ code: 'tags', values: { think } } as const);
    const format = think === 'ok' ? null : { value: formatFault, reason: malformed };
    const fault = firstFault === 'end' ? (end ?? format) : (format ?? end);
    if (fault) return fault;
    return {
      value: cosineReward(correct, length, lMax, constants),
      reason: lengthReason(correct, length, constants),
    };
  },
});
