/**
 * Repetition of 5-grams. Phi-4-reasoning technical report, section 4.1, with F the distinct 5-grams that occur more than
 * 5 times:  −max( |F| / |distinct 5-grams| , max count in F / (#words / 5) ), and 0 where F is empty.
 */
import type { RewardTerm } from './term';

const N = 5;
const OFTEN = 5;

export const repetition: RewardTerm = {
  name: 'repetition',
  title: 'Repetition of 5-grams',
  formula: '−max(repeated 5-grams ÷ distinct 5-grams, most often ÷ (words ÷ 5))',
  evaluate({ words }) {
    const counts = new Map<string, number>();
    for (let i = 0; i + N <= words.length; i++) {
      const gram = words.slice(i, i + N).join('\u0000');
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    const often = [...counts].filter(([, count]) => count > OFTEN);
    if (often.length === 0) return { value: 0, reason: `no 5-gram more than ${OFTEN} times` };
    const [gram, most] = often.reduce((best, entry) => (entry[1] > best[1] ? entry : best));
    const value = -Math.max(often.length / counts.size, most / (words.length / N));
    return { value, reason: `"${gram.replaceAll('\u0000', ' ')}" ${most} times among ${words.length} words` };
  },
};
