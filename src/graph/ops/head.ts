/**
 * Losses over lm_head, forward and backward, one chunk of rows at a time, so that logits [N, V] never exist whole. A chunk holds
 * its logits [R, V] and, in the same memory, their gradient. Its parts of dx and dW follow at once, in the order of the chunks.
 */
import type { Param } from '../../gpu/device';
import { crossEntropy as crossEntropyKernel } from '../../kernels/crossEntropy';
import { tokenLogprobs as logprobsKernel, tokenLogprobsGrad } from '../../kernels/tokenLogprobs';
import type { Backward } from '../backward';
import { type Graph, sliceRows, type Tensor } from '../graph';
import { type PolicyBatch, type PolicyLossOptions, policyLossOfScores } from './policyLoss';
import { forwardProduct, inputGradient, weightGradient } from './product';

/** Bytes of one chunk's logits, by default. */
const LOGITS_BYTES = 4 * 2 ** 20;
/** Rows of a chunk are a multiple of this: then every chunk of every [N, …] starts where a binding may. */
const ROWS_ALIGNMENT = 64;

/** Division of the rows of a batch. */
export interface Chunks {
  /** Rows of every chunk but the last. */
  readonly rows: number;
  readonly count: number;
}

/** Chunks of at most `bytes` of logits, or of 64 rows where that is more. */
export function logitsChunks(capacity: number, vocabulary: number, bytes: number = LOGITS_BYTES): Chunks {
  const fitting = Math.floor(bytes / (4 * vocabulary * ROWS_ALIGNMENT)) * ROWS_ALIGNMENT;
  const rows = Math.min(capacity, Math.max(ROWS_ALIGNMENT, fitting));
  return { rows, count: Math.ceil(capacity / rows) };
}

const liveRows = (chunk: number): string => `tokens/${chunk}`;

/** Dynamic numbers of a run over `tokens` rows: the live rows of each chunk. */
export const chunkDynamics = ({ rows, count }: Chunks, tokens: number): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, c) => [liveRows(c), Math.min(rows, Math.max(0, tokens - c * rows))]),
  );

/** lm_head: hidden states [N, C] and the weight [V, C] that makes logits of them. */
export interface Head {
  readonly hidden: Tensor;
  readonly weight: Tensor;
  readonly chunks: Chunks;
}

/** One chunk of a head: its rows of any [N, …], the number of live ones, and its logits. */
interface Chunk {
  readonly index: number;
  readonly rows: Param;
  readonly of: (tensor: Tensor) => Tensor;
  readonly logits: Tensor;
}

function chunksOf(graph: Graph, { weight, chunks: { rows, count }, hidden }: Head): Chunk[] {
  return Array.from({ length: count }, (_, index) => {
    const of = (tensor: Tensor) => sliceRows(tensor, index * rows, rows);
    const logits = graph.tensor(`logits ${index}`, [of(hidden).shape[0]!, weight.shape[0]!]);
    return { index, rows: { dynamic: liveRows(index) }, of, logits };
  });
}

/** logits = x·Wᵀ of a chunk. */
const emitLogits = (graph: Graph, { hidden, weight }: Head, { rows, of, logits }: Chunk): void =>
  forwardProduct(graph, logits.label, { x: of(hidden), weight, y: logits }, rows);

/** Logits of all rows, a tensor [R, V] a chunk, without gradient. */
export const logitsOf = (graph: Graph, head: Head): Tensor[] =>
  chunksOf(graph, head).map((chunk) => {
    emitLogits(graph, head, chunk);
    return chunk.logits;
  });

/** dx = dlogits·W of each chunk's rows, and dW (+)= dlogitsᵀ·x. @param emitGradient leaves the gradient in the logits */
function emitGradients(
  graph: Graph,
  backward: Backward,
  { hidden, weight }: Head,
  chunks: readonly Chunk[],
  emitGradient: (chunk: Chunk) => void,
): void {
  const dx = backward.into(hidden);
  const dw = backward.into(weight);
  if (!dx || !dw) throw new Error('the head of a frozen model is not traced backward');
  for (const chunk of chunks) {
    const { index, rows, of, logits } = chunk;
    emitGradient(chunk);
    const ofChunk = { tensor: of(dx.tensor), accumulate: dx.accumulate };
    inputGradient(graph, `${logits.label} dx`, { dy: logits, weight, dx: ofChunk }, rows);
    const added = { ...dw, accumulate: index === 0 ? dw.accumulate : 1 };
    weightGradient(graph, `${logits.label} dW`, { dy: logits, x: of(hidden), weight, dw: added }, rows);
  }
}

/** losses[n] = −weights[n] · log softmax(x·Wᵀ)[n, targets[n]], [N]; the loss is their sum. */
export function crossEntropyHead(graph: Graph, head: Head, targets: Tensor, weights: Tensor): Tensor {
  const vocabulary = head.weight.shape[0]!;
  const losses = graph.tensor('losses', [head.hidden.shape[0]!]);
  // The loss is computed where its gradient is: no chunk's logits have to wait for the backward pass.
  graph.record([], (backward) => {
    emitGradients(graph, backward, head, chunksOf(graph, head), (chunk) => {
      const { rows, of, logits } = chunk;
      emitLogits(graph, head, chunk);
      graph.dispatch(
        `cross-entropy ${chunk.index}`,
        crossEntropyKernel,
        { targets: of(targets), weights: of(weights), logits, losses: of(losses) },
        { rows, vocabulary },
      );
    });
  });
  return losses;
}

function emitScores(graph: Graph, head: Head, chunks: readonly Chunk[], targets: Tensor, temperature: number): Tensor {
  const vocabulary = head.weight.shape[0]!;
  const scores = graph.tensor('scores', [head.hidden.shape[0]!, 4]);
  for (const chunk of chunks) {
    const { index, rows, of, logits } = chunk;
    emitLogits(graph, head, chunk);
    graph.dispatch(
      `token log-probabilities ${index}`,
      logprobsKernel,
      { targets: of(targets), logits, scores: of(scores) },
      { rows, vocabulary, inverseTemperature: 1 / temperature },
    );
  }
  return scores;
}

/** (log-probability of the target, entropy, log-sum-exp, ·) of every token at a temperature, [N, 4]; without gradient. */
export const tokenLogprobs = (graph: Graph, head: Head, targets: Tensor, temperature: number): Tensor =>
  emitScores(graph, head, chunksOf(graph, head), targets, temperature);

/** The policy loss at the temperature that sampled: scores [N, 4] and stats [N, 4]. */
export function policyHead(
  graph: Graph,
  head: Head,
  targets: Tensor,
  temperature: number,
  batch: PolicyBatch,
  options: PolicyLossOptions,
): { scores: Tensor; stats: Tensor } {
  const vocabulary = head.weight.shape[0]!;
  const chunks = chunksOf(graph, head);
  const scores = emitScores(graph, head, chunks, targets, temperature);
  // A ratio may be of a whole sequence, and a sequence may lie across chunks: the loss takes the scores of all.
  const { dscores, stats } = policyLossOfScores(graph, scores, batch, options);
  const again = chunks.length > 1;
  graph.record([], (backward) => {
    emitGradients(graph, backward, head, again ? chunksOf(graph, head) : chunks, (chunk) => {
      const { index, rows, of, logits } = chunk;
      if (again) emitLogits(graph, head, chunk);
      graph.dispatch(
        `d(logits) ${index}`,
        tokenLogprobsGrad,
        { targets: of(targets), scores: of(scores), dscores: of(dscores), logits },
        { rows, vocabulary, inverseTemperature: 1 / temperature },
      );
    });
  });
  return { scores, stats };
}
