/**
 * Partial credit for the think tags, as open-r1's tag count gives it: each tag that stands exactly once earns its share. The
 * order is not asked for: that is accuracy's.
 */
import { SPECIAL } from '../text/vocabulary';
import type { RewardTerm } from './term';

const TAGS = [SPECIAL.think, SPECIAL.thinkEnd];

export const tagCount: RewardTerm = {
  name: 'tagCount',
  title: 'Tags',
  formula: 'tags that stand exactly once ÷ 2',
  evaluate({ text }) {
    const counts = TAGS.map((tag) => text.split(tag).length - 1);
    return {
      value: counts.filter((count) => count === 1).length / TAGS.length,
      reason: TAGS.map((tag, i) => `${tag} stands ${counts[i] === 1 ? 'once' : `${counts[i]} times`}`).join(', '),
    };
  },
};
