/** Losses: where the backward pass starts. Both leave the gradient of the logits in the logits' place. */
import type { Param } from '../../gpu/device';
import { crossEntropy as crossEntropyKernel } from '../../kernels/crossEntropy';
import { policyLoss as policyLossKernel } from '../../kernels/policyLoss';
import { tokenLogprobs as logprobsKernel, tokenLogprobsGrad } from '../../kernels/tokenLogprobs';
import { type Graph, type Tensor, TOKENS } from '../graph';

/**
 * losses[n] = −weights[n] · log softmax(logits[n])[targets[n]], [N]; the loss is their sum.
 * The logits are overwritten.
 */
export function crossEntropy(graph: Graph, logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  const [rows, vocabulary] = logits.shape as [number, number];
  const losses = graph.tensor('losses', [rows]);
  graph.dispatch(
    'cross-entropy',
    crossEntropyKernel,
    { targets, weights, logits, losses },
    { rows: TOKENS, vocabulary },
  );
  graph.record([], (backward) => backward.share(logits, { ...logits, label: 'd(logits)' }));
  return losses;
}

/** (log-probability of the target, entropy, log-sum-exp, ·) of every token at a temperature, [N, 4]; without gradient. */
export function tokenLogprobs(graph: Graph, logits: Tensor, targets: Tensor, temperature: number): Tensor {
  const [rows, vocabulary] = logits.shape as [number, number];
  const scores = graph.tensor('scores', [rows, 4]);
  const params = { rows: TOKENS, vocabulary, inverseTemperature: 1 / temperature };
  graph.dispatch('token log-probabilities', logprobsKernel, { targets, logits, scores }, params);
  return scores;
}

/** What is fixed in a policy loss; the rest comes with the batch. Formulas: kernels/policyLoss.ts. */
export interface PolicyLossOptions {
  readonly cispo: boolean;
  readonly sequenceRatio: boolean;
  readonly epsilonLow: number;
  readonly epsilonHigh: number;
  /** 0 for none. */
  readonly delta: number;
  readonly beta: number;
}

/** Of one batch: [N, 4] old log-probability, advantage, weight; [N, 4] scores under the reference; [N, 2] spans. */
export interface PolicyBatch {
  readonly reference: Tensor;
  readonly tokens: Tensor;
  readonly spans: Tensor;
}

/**
 * The policy loss of scores [N, 4] alone: (dlogprob, dentropy) [N, 2] and (loss, ratio, KL, clipped) [N, 4] of every token.
 * Each run says `entropyWeight` and `onPolicy`.
 */
export function policyLossOfScores(
  graph: Graph,
  scores: Tensor,
  { reference, tokens, spans }: PolicyBatch,
  { cispo, sequenceRatio, ...options }: PolicyLossOptions,
): { dscores: Tensor; stats: Tensor } {
  const rows = scores.shape[0]!;
  const dscores = graph.tensor('d(scores)', [rows, 2]);
  const stats = graph.tensor('policy stats', [rows, 4]);
  const entropyWeight: Param = { dynamic: 'entropyWeight' };
  const onPolicy: Param = { dynamic: 'onPolicy' };
  graph.dispatch(
    'policy loss',
    policyLossKernel,
    { scores, reference, tokens, spans, grads: dscores, stats },
    { rows: TOKENS, ...options, entropyWeight, onPolicy },
    { CISPO: cispo ? 1 : 0, SEQUENCE: sequenceRatio ? 1 : 0 },
  );
  return { dscores, stats };
}

/** The policy loss of logits [N, V] at the temperature that sampled; returns scores and stats. The logits are overwritten. */
export function policyLoss(
  graph: Graph,
  logits: Tensor,
  targets: Tensor,
  temperature: number,
  batch: PolicyBatch,
  options: PolicyLossOptions,
): { scores: Tensor; stats: Tensor } {
  const vocabulary = logits.shape[1]!;
  const scores = tokenLogprobs(graph, logits, targets, temperature);
  const { dscores, stats } = policyLossOfScores(graph, scores, batch, options);
  graph.record([], (backward) => {
    const dlogits: Tensor = { ...logits, label: 'd(logits)' };
    graph.dispatch(
      'd(logits)',
      tokenLogprobsGrad,
      { targets, scores, dscores, logits: dlogits },
      { rows: TOKENS, vocabulary, inverseTemperature: 1 / temperature },
    );
    backward.share(logits, dlogits);
  });
  return { scores, stats };
}
