/**
 * Repetition of n-grams. arXiv 2504.21318, section 4.1 (n 5, often 5), with F the distinct n-grams that
 * occur more than `often` times:  −max( |F| / |distinct n-grams| , max count in F / (#words / n) ), and 0 where F is empty.
 */
import { integer, number } from '../fields';
import { rewardTerm } from './term';

export const repetition = rewardTerm({
  name: 'repetition',
  title: 'Repetition of n-grams',
  formula: '−max(repeated n-grams ÷ distinct n-grams, most often ÷ (words ÷ n))',
  color: 'var(--violet)',
  weight: number('Weight of repetition', "The report's is 1/13.", 1 / 13, -10, 10),
  constants: {
    repetitionN: integer('n of the n-grams', 'Words, or tokens, in a row.', 5, 1, 64),
    repetitionOften: integer(
      'Repeat threshold',
      'An n-gram counts as repeated where it occurs more often than this.',
      5,
      1,
      4096,
    ),
  },
  words: {
    none: 'no {n}-gram more than {often} times',
    repeated: '"{gram}" {times} times among {words} words',
  },
  most: () => 0,
  evaluate({ words }, { repetitionN: n, repetitionOften: often }) {
    const counts = new Map<string, number>();
    for (let i = 0; i + n <= words.length; i++) {
      const gram = words.slice(i, i + n).join('\u0000');
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    const repeated = [...counts].filter(([, count]) => count > often);
    if (repeated.length === 0) return { value: 0, reason: { code: 'none', values: { n, often } } };
    const [gram, times] = repeated.reduce((best, entry) => (entry[1] > best[1] ? entry : best));
    const value = -Math.max(repeated.length / counts.size, times / (words.length / n));
    const values = { gram: gram.replaceAll('\u0000', ' '), times, words: words.length };
    return { value, reason: { code: 'repeated', values } };
  },
});
