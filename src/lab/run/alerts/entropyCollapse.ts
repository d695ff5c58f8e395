import { type AlertRecord, meanOfTokens, numberOf } from './alert';

/** Nats per token below which eight answers are nearly always the same one. */
const LOW = 0.003;
/** Share of the first entropy below which exploration has ended; policyAlert.ts uses the same. */
const SHARE = 0.02;
/** Accuracy from which on certainty is a success. */
const LEARNT = 0.9;

/** Entropy near 0 while answers are wrong: all completions of a group are the same, so nothing better is found. */
export const entropyCollapse: AlertRecord = {
  code: 'entropy_collapse',
  kind: 'warning',
  stage: 'grpo',
  steps: 3,
  start: (run) => (i) => {
    const [entropy, accuracy] = [run.metric(i, 'entropy') ?? 0, run.metric(i, 'accuracy') ?? 0];
    const first = run.metric(0, 'entropy') ?? 0;
    return entropy < Math.max(LOW, SHARE * first) && accuracy < LEARNT ? { entropy, first, accuracy } : null;
  },
  blame: ({ entropies, correct }) => (correct ? -1e9 : -meanOfTokens(entropies)),
  words: (values) => ({
    title: 'Entropy has collapsed',
    detail: `entropy fell from ${numberOf(values, 'first').toFixed(3)} to ${numberOf(values, 'entropy').toFixed(3)}, so all thoughts are the same; raise the temperature or γ`,
  }),
};
