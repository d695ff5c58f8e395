import { type AlertRecord, type AlertRun, meanOfTokens, numberOf } from './alert';

/** Share of ln V, the entropy of a uniform guess, from which on a policy hardly prefers any token. */
const SHARE = 0.8;

const entropyOf = (run: AlertRun, i: number) => {
  const entropy = run.metric(i, 'entropy') ?? 0;
  return entropy > SHARE * Math.log(run.vocabulary) ? { entropy, uniform: Math.log(run.vocabulary) } : null;
};

const blame: AlertRecord['blame'] = ({ entropies }) => meanOfTokens(entropies);

/** The policy guesses although SFT trained it: GRPO has destroyed it. */
export const guessing: AlertRecord = {
  code: 'guessing',
  kind: 'error',
  stage: 'grpo',
  steps: 2,
  start: (run) => (i) => (run.sft.length > 0 ? entropyOf(run, i) : null),
  blame,
  words: (values) => ({
    title: 'The policy guesses',
    detail: `entropy is ${numberOf(values, 'entropy').toFixed(2)}, near the ${numberOf(values, 'uniform').toFixed(2)} of random guessing; lower the learning rate`,
  }),
};

/** The policy guesses because nothing trained it before GRPO. */
export const untrained: AlertRecord = {
  code: 'untrained',
  kind: 'note',
  stage: 'grpo',
  steps: 2,
  start: (run) => (i) => (run.sft.length > 0 ? null : entropyOf(run, i)),
  blame,
  words: () => ({
    title: 'The policy guesses',
    detail: 'it had no SFT; add SFT steps, so that GRPO has a signal',
  }),
};
