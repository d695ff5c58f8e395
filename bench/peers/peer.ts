/**
 * Interface of a peer: the works of the benchmark behind a few calls. A peer omits calls that it cannot do. All data is f32 and
 * row-major; weights have Hugging Face's names and shapes.
 */
import type { Facts } from '../rows';
import type { Batch, BatchShape, ModelConfig, RolloutShape, Weights } from '../works/model';

export const whoNames = ['groupthink', 'jax-js', 'tfjs', 'onnxruntime-web', 'plain'] as const;
export type WhoName = (typeof whoNames)[number];

/** c [m, n] = a·b, where a is stored [m, k], or [k, m] if transposed, and b [k, n], or [n, k]. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface Disposable {
  dispose(): void | Promise<void>;
}

export interface Product extends Disposable {
  /** Repeats the product, then waits until the device is idle. Short products are timed together. */
  run(times: number): Promise<void>;
  read(): Promise<Float32Array>;
}

export interface Trainer extends Disposable {
  /** Forward, backward and AdamW; resolves to the loss before the update, when the device is idle. */
  step(batch: Batch): Promise<number>;
  /** Counts of the latest step. */
  facts?(): Promise<Facts>;
}

export interface Rollouts {
  /** [sequences, newTokens] */
  readonly ids: Int32Array;
  /** Log-probability of each id under the sampled distribution, if the peer provides them. */
  readonly logprobs?: Float32Array;
}

export interface Generator extends Disposable {
  /** @param prompts [sequences, promptTokens] */
  run(prompts: Int32Array, seed: number): Promise<Rollouts>;
}

/** Whole GRPO steps one after another: rollouts, rewards, advantages, update. */
export interface GrpoRun extends Disposable {
  /** One step; resolves to its tokens, prompts included. */
  step(): Promise<number>;
}

export interface Peer {
  readonly who: WhoName;
  /** The peer computes on a GPU: its promises have a time limit and its dispatches are counted. */
  readonly gpu: boolean;
  open(): Promise<void>;
  product?(shape: ProductShape, a: Float32Array, b: Float32Array): Promise<Product>;
  trainer?(config: ModelConfig, weights: Weights, shape: BatchShape): Promise<Trainer>;
  generator?(config: ModelConfig, weights: Weights, shape: RolloutShape): Promise<Generator>;
  grpo?(config: ModelConfig): Promise<GrpoRun>;
}

/** AdamW settings of all peers: on all parameters, without clipping. */
export const ADAMW = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1 } as const;
