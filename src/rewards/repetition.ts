/**
 * Repetition of n-grams. arXiv 2504.21318, section 4.1 (n 5, often 5), with F the distinct n-grams that
 * occur more than `often` times:  −max( |F| / |distinct n-grams| , max count in F / (#words / n) ), and 0 where F is empty.
 */
import { integer, number } from '../fields';
import { rewardTerm } from './term';

/** Keys of all n-grams in order: numbers in the base of the distinct words, or joined words if numbers cannot hold them. */
function gramKeys(words: readonly string[], n: number): (number | string)[] {
  const numbers = new Map<string, number>();
  for (const word of words) if (!numbers.has(word)) numbers.set(word, numbers.size);
  const base = numbers.size;
  const keys: (number | string)[] = [];
  if (base ** (n + 1) > Number.MAX_SAFE_INTEGER) {
    for (let i = 0; i + n <= words.length; i++) keys.push(words.slice(i, i + n).join('\u0000'));
    return keys;
  }
  const span = base ** n;
  let key = 0;
  for (let i = 0; i < words.length; i++) {
    key = (key * base + numbers.get(words[i]!)!) % span;
    if (i + 1 >= n) keys.push(key);
  }
  return keys;
}

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
    const none = { value: 0, reason: { code: 'none', values: { n, often } } } as const;
    if (words.length - n + 1 <= often) return none; // too few n-grams for one to repeat so often
    const keys = gramKeys(words, n);
    const counts = new Map<number | string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    const repeated = [...counts].filter(([, count]) => count > often);
    if (repeated.length === 0) return none;
    const [gram, times] = repeated.reduce((best, entry) => (entry[1] > best[1] ? entry : best));
    const value = -Math.max(repeated.length / counts.size, times / (words.length / n));
    const first = keys.indexOf(gram);
    const values = { gram: words.slice(first, first + n).join(' '), times, words: words.length };
    return { value, reason: { code: 'repeated', values } };
  },
});
