/**
 * Pays 1 for an answer in the format of the expected one, right or wrong, else 0. The format is the kinds of characters:
 * digits, small letters, capitals, white space, and every other sign by itself. A right answer has the format in any case.
 */
import { plain } from '../text/answerText';
import { extraWeight, rewardTerm } from './term';

/** Kinds of characters by the code of a reason. */
const KINDS = {
  digit: /\p{Nd}/u,
  small_letter: /\p{Ll}/u,
  capital: /\p{Lu}/u,
  white_space: /\s/u,
} as const;
type Kind = keyof typeof KINDS;
const kinds = Object.keys(KINDS) as Kind[];
const kindOf = (char: string): Kind | null => kinds.find((kind) => KINDS[kind].test(char)) ?? null;

export const answerFormat = rewardTerm({
  name: 'answerFormat',
  title: 'Answer format',
  formula: '1 where the answer has only such signs as the expected one has, else 0',
  color: '#cc79a7',
  weight: extraWeight('answer format', 'Pays for an answer of the right kind of signs, right or wrong.'),
  constants: {},
  words: {
    unclosed: 'the think block never closes, so there is no answer',
    empty: 'the answer is empty',
    right: '{answer} is right, so it looks right',
    alike: '{answer} looks like an answer',
    digit: '{answer} has a digit, as no answer here has',
    small_letter: '{answer} has a small letter, as no answer here has',
    capital: '{answer} has a capital, as no answer here has',
    white_space: '{answer} has white space, as no answer here has',
    other_sign: '{answer} has "{sign}", as no answer here has',
  },
  most: () => 1,
  evaluate({ answer, expected, correct }) {
    if (answer === null) return { value: 0, reason: { code: 'unclosed', values: {} } };
    const given = plain(answer);
    if (given === '') return { value: 0, reason: { code: 'empty', values: {} } };
    if (correct) return { value: 1, reason: { code: 'right', values: { answer: given } } };
    const known = new Set([...expected].map((char) => kindOf(char) ?? char));
    const odd = [...given].find((char) => !known.has(kindOf(char) ?? char));
    if (odd === undefined) return { value: 1, reason: { code: 'alike', values: { answer: given } } };
    const kind = kindOf(odd);
    if (kind) return { value: 0, reason: { code: kind, values: { answer: given } } };
    return { value: 0, reason: { code: 'other_sign', values: { answer: given, sign: odd } } };
  },
});
