import { KL_FAR } from '../policyAlert';
import { type AlertRecord, meanOfTokens, meanOver, numberOf } from './alert';

/** Steps before a jump that it is compared with. */
const BEFORE = 8;
/** Rise against those steps, as a factor and in nats per token: 0.2 nats change the odds of each token by a fifth. */
const FACTOR = 4;
const RISE = 0.2;

/** The trace that the policy of the step found least likely. */
const blame: AlertRecord['blame'] = ({ logprobs }) => -meanOfTokens(logprobs);

/**
 * KL rises within one step and stays there, which often comes before a collapse. A single high step is no jump: where the policy is
 * nearly certain, one rare token makes the mean of its step large.
 */
export const klJump: AlertRecord = {
  code: 'kl_jump',
  kind: 'warning',
  stage: 'grpo',
  steps: 1, // the check looks at two steps itself
  start: (run) => (i) => {
    const kl = Math.min(run.metric(i - 1, 'kl') ?? 0, run.metric(i, 'kl') ?? 0);
    const before = meanOver(run, 'kl', i - 1 - BEFORE, i - 1);
    return before !== null && kl > FACTOR * before && kl - before > RISE ? { kl, before } : null;
  },
  blame,
  words: (values) => ({
    title: 'KL jumped',
    detail: `KL went from ${numberOf(values, 'before').toPrecision(2)} to ${numberOf(values, 'kl').toPrecision(2)} nats per token in one step; lower the learning rate`,
  }),
};

/** The policy is far from the SFT model, so its answers may be no language any more. */
export const klFar: AlertRecord = {
  code: 'kl_far',
  kind: 'warning',
  stage: 'grpo',
  steps: 2,
  start: (run) => (i) => {
    const kl = run.metric(i, 'kl') ?? 0;
    return kl > KL_FAR ? { kl } : null;
  },
  blame,
  words: (values) => ({
    title: 'KL is high',
    detail: `KL is ${numberOf(values, 'kl').toPrecision(2)} nats per token, far from the SFT model; lower the learning rate or raise β`,
  }),
};
