import { usedTerms } from '../../../rewards/total';
import { percent } from '../../../units';
import { type AlertRecord, numberOf } from './alert';

/** Terms that pay for right answers: one of them may well dominate. */
const RIGHTNESS: readonly string[] = ['accuracy', 'partial'];
/** Share of the spread from which on the other terms hardly move an advantage. */
const MOST = 0.8;

/**
 * One term, which does not pay for right answers, makes most of the spread of rewards. Advantages divide by that spread, so the policy
 * learns this term first.
 */
export const termDominates: AlertRecord = {
  code: 'term_dominates',
  kind: 'warning',
  stage: 'grpo',
  steps: 5,
  start: (run) => (i) => {
    const { reward } = run.recipeAt(i);
    const spreads = usedTerms(reward).map(({ name, title }) => ({
      name,
      title,
      spread: Math.abs(Number((reward as Record<string, unknown>)[name])) * (run.metric(i, `rewards/${name}/std`) ?? 0),
    }));
    // a reward without a term for right answers means to pay for the others
    if (!spreads.some(({ name }) => RIGHTNESS.includes(name))) return null;
    const sum = spreads.reduce((total, { spread }) => total + spread, 0);
    const [first] = spreads.sort((a, b) => b.spread - a.spread);
    if (!first || sum === 0 || RIGHTNESS.includes(first.name) || first.spread < MOST * sum) return null;
    return { term: first.name, title: first.title, share: first.spread / sum };
  },
  blame(rollout, { term }) {
    const part = rollout.parts.find(({ name }) => name === term);
    return part ? Math.abs(part.weight * part.value) : -1;
  },
  words: (values) => ({
    title: 'One term dominates',
    detail: `“${values.title}” makes ${percent(numberOf(values, 'share'), 0)} of the spread of rewards; lower its weight`,
  }),
};
