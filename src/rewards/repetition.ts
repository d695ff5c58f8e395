/**
 * Repetition of n-grams. arXiv 2504.21318, section 4.1 (n 5, often 5), with F the distinct n-grams that
 * occur more than `often` times:  −max( |F| / |distinct n-grams| , max count in F / (#words / n) ), and 0 where F is empty.
 */
import type { RewardTerm } from './term';

export const repetition: RewardTerm = {
  name: 'repetition',
  title: 'Repetition of n-grams',
  formula: '−max(repeated n-grams ÷ distinct n-grams, most often ÷ (words ÷ n))',
  evaluate({ words }, { repetitionN: n, repetitionOften }) {
    const counts = new Map<string, number>();
    for (let i = 0; i + n <= words.length; i++) {
      const gram = words.slice(i, i + n).join('\u0000');
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    const often = [...counts].filter(([, count]) => count > repetitionOften);
    if (often.length === 0) return { value: 0, reason: `no ${n}-gram more than ${repetitionOften} times` };
    const [gram, most] = often.reduce((best, entry) => (entry[1] > best[1] ? entry : best));
    const value = -Math.max(often.length / counts.size, most / (words.length / n));
    return { value, reason: `"${gram.replaceAll('\u0000', ' ')}" ${most} times among ${words.length} words` };
  },
};
