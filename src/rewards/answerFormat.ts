/**
 * Pays for an answer that looks like one, right or wrong: 1 or 0. What an answer looks like is read off the expected one: the
 * kinds of its characters (digits, small letters, capitals, white space, and every other sign by itself). An answer that the
 * task takes for right looks right, whatever its form.
 */
import { plain } from '../text/answerText';
import type { RewardTerm } from './term';

const KINDS = [
  ['a digit', /\p{Nd}/u],
  ['a small letter', /\p{Ll}/u],
  ['a capital', /\p{Lu}/u],
  ['white space', /\s/u],
] as const;
const kindOf = (char: string): string => KINDS.find(([, pattern]) => pattern.test(char))?.[0] ?? JSON.stringify(char);

export const answerFormat: RewardTerm = {
  name: 'answerFormat',
  title: 'Form of the answer',
  formula: '1 where the answer has only such signs as the expected one has, else 0',
  evaluate({ answer, expected, correct }) {
    if (answer === null) return { value: 0, reason: 'the think block never closes, so there is no answer' };
    const given = plain(answer);
    if (given === '') return { value: 0, reason: 'the answer is empty' };
    if (correct) return { value: 1, reason: `${given} is right, so it looks right` };
    const kinds = new Set([...expected].map(kindOf));
    const odd = [...given].find((char) => !kinds.has(kindOf(char)));
    return odd === undefined
      ? { value: 1, reason: `${given} looks like an answer` }
      : { value: 0, reason: `${given} has ${kindOf(odd)}, as no answer here has` };
  },
};
