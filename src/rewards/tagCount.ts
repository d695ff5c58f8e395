/** Partial credit for the think tags, as open-r1's tag count gives it: each tag that occurs exactly once earns its share, in any order. */
import { SPECIAL } from '../text/vocabulary';
import { extraWeight, rewardTerm } from './term';

const occurrences = (text: string, tag: string): number => text.split(tag).length - 1;

export const tagCount = rewardTerm({
  name: 'tagCount',
  title: 'Tags',
  formula: 'tags that occur exactly once ÷ 2',
  color: '#a6761d',
  weight: extraWeight('tags', 'Half for each think tag that occurs exactly once.'),
  constants: {},
  words: { counted: `${SPECIAL.think} occurs {opens} ×, ${SPECIAL.thinkEnd} {closes} ×; once each is right` },
  most: () => 1,
  evaluate({ text }) {
    const opens = occurrences(text, SPECIAL.think);
    const closes = occurrences(text, SPECIAL.thinkEnd);
    return {
      value: [opens, closes].filter((count) => count === 1).length / 2,
      reason: { code: 'counted', values: { opens, closes } },
    };
  },
});
