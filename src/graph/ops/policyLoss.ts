/** The policy loss of log-probabilities; head.ts makes these from logits and takes their gradient back. */
import type { Param } from '../../gpu/device';
import type { PolicyLossKernel } from '../../kernels/policyLoss';
import { type Graph, type Tensor, TOKENS } from '../graph';

/** A policy loss: the kernel of its objective, with its uniforms and constants that no run changes. */
export interface PolicyLossOptions {
  readonly kernel: PolicyLossKernel;
  readonly params: Readonly<Record<string, number>>;
  readonly constants: Readonly<Record<string, number>>;
}

/** One batch beside its scores. */
export interface PolicyBatch {
  /** Scores under the reference, [N, 4]. */
  readonly reference: Tensor;
  /** Old log-probability, advantage, weight and the sampler's log-probability, [N, 4]. */
  readonly tokens: Tensor;
  /** First row and end of each token's completion, [N, 2]. */
  readonly spans: Tensor;
}

/**
 * The policy loss of scores [N, 4] alone: (dlogprob, dentropy) [N, 2] and (loss, ratio, KL, mark) [N, 4] of every token.
 * Each run sets `entropyWeight`, `onPolicy` and `entropyThreshold`.
 */
export function policyLossOfScores(
  graph: Graph,
  scores: Tensor,
  { reference, tokens, spans }: PolicyBatch,
  { kernel, params, constants }: PolicyLossOptions,
): { dscores: Tensor; stats: Tensor } {
  const rows = scores.shape[0]!;
  const dscores = graph.tensor('d(scores)', [rows, 2]);
  const stats = graph.tensor('policy stats', [rows, 4]);
  const dynamic = (name: string): Param => ({ dynamic: name });
  graph.dispatch(
    'policy loss',
    kernel,
    { scores, reference, tokens, spans, grads: dscores, stats },
    {
      rows: TOKENS,
      ...params,
      entropyWeight: dynamic('entropyWeight'),
      onPolicy: dynamic('onPolicy'),
      entropyThreshold: dynamic('entropyThreshold'),
    },
    constants,
  );
  return { dscores, stats };
}
