/** The whole model in plain TypeScript on one core: forward, backward by hand, AdamW. Sequences of equal length. */
import { type ModelConfig, parameterShapes, rotations, type Weights } from '../works/model';
import { ADAMW } from './peer';
import { attention, attentionGrad, crossEntropy, rmsNorm, rmsNormGrad, rotate, swiglu, swigluGrad } from './plainParts';
import { multiplyTransposed, transposed } from './plainProduct';

type Normed = ReturnType<typeof rmsNorm> & { x: Float32Array };

/** Activations of a layer that backward needs. */
interface Saved {
  readonly norm1: Normed;
  readonly qkv: Float32Array;
  readonly p: Float32Array;
  readonly out: Float32Array;
  readonly norm2: Normed;
  readonly gateUp: Float32Array;
  readonly activated: Float32Array;
}

const EMBEDDING = 'model.embed_tokens.weight';
const NORM = 'model.norm.weight';
const HEAD = 'lm_head.weight';

export class PlainModel {
  private readonly weights: Record<string, Float32Array>;
  private readonly gradients: Record<string, Float32Array> = {};
  private readonly moments: Record<string, { m: Float32Array; v: Float32Array }> = {};
  private steps = 0;
  private layers: Saved[] = [];
  private last: Normed | null = null;

  constructor(
    private readonly config: ModelConfig,
    weights: Weights,
  ) {
    this.weights = Object.fromEntries(parameterShapes(config).map(({ name }) => [name, weights[name]!.slice()]));
  }

  /** Logits [B·T, V]. */
  forward(tokens: Int32Array, B: number, T: number): Float32Array {
    const { config, weights } = this;
    const { L, C, F } = config;
    const turns = rotations(config, T);
    let x: Float32Array = new Float32Array(B * T * C);
    for (const [i, id] of tokens.entries()) x.set(weights[EMBEDDING]!.subarray(id * C, (id + 1) * C), i * C);
    this.layers = [];
    for (let l = 0; l < L; l++) {
      const layer = `model.layers.${l}`;
      const norm1 = this.norm(x, `${layer}.input_layernorm.weight`);
      const qkv = this.linear(norm1.y, `${layer}.self_attn.qkv_proj.weight`);
      rotate(qkv, config, turns, (row) => row % T);
      const { p, out } = attention(qkv, config, B, T);
      x = this.linear(out, `${layer}.self_attn.o_proj.weight`, x);
      const norm2 = this.norm(x, `${layer}.post_attention_layernorm.weight`);
      const gateUp = this.linear(norm2.y, `${layer}.mlp.gate_up_proj.weight`);
      const activated = swiglu(gateUp, F);
      x = this.linear(activated, `${layer}.mlp.down_proj.weight`, x);
      this.layers.push({ norm1, qkv, p, out, norm2, gateUp, activated });
    }
    this.last = this.norm(x, NORM);
    return this.linear(this.last.y, HEAD);
  }

  /** One training step; returns the loss before it. */
  step(tokens: Int32Array, targets: Int32Array, B: number, T: number): number {
    const { config, weights } = this;
    const { C, F, V } = config;
    const logits = this.forward(tokens, B, T);
    const { loss, dlogits } = crossEntropy(logits, targets, V);
    for (const { name, size } of parameterShapes(config)) this.gradients[name] = new Float32Array(size);
    const turns = rotations(config, T);
    const dx = new Float32Array(B * T * C);
    this.normGrad(this.linearGrad(dlogits, this.last!.y, HEAD), this.last!, NORM, dx);
    for (let l = config.L - 1; l >= 0; l--) {
      const layer = `model.layers.${l}`;
      const { norm1, qkv, p, out, norm2, gateUp, activated } = this.layers[l]!;
      const dgateUp = swigluGrad(this.linearGrad(dx, activated, `${layer}.mlp.down_proj.weight`), gateUp, F);
      const dnorm2 = this.linearGrad(dgateUp, norm2.y, `${layer}.mlp.gate_up_proj.weight`);
      this.normGrad(dnorm2, norm2, `${layer}.post_attention_layernorm.weight`, dx);
      const dout = this.linearGrad(dx, out, `${layer}.self_attn.o_proj.weight`);
      const dqkv = attentionGrad(dout, qkv, p, config, B, T);
      rotate(dqkv, config, turns, (row) => row % T, -1);
      const dnorm1 = this.linearGrad(dqkv, norm1.y, `${layer}.self_attn.qkv_proj.weight`);
      this.normGrad(dnorm1, norm1, `${layer}.input_layernorm.weight`, dx);
    }
    const dembedding = this.gradients[EMBEDDING]!;
    tokens.forEach((id, i) => {
      for (let j = 0; j < C; j++) dembedding[id * C + j]! += dx[i * C + j]!;
    });
    this.steps++;
    for (const name of Object.keys(weights)) this.adamw(name);
    return loss;
  }

  private norm(x: Float32Array, name: string): Normed {
    return { x, ...rmsNorm(x, this.weights[name]!, this.config.eps) };
  }

  private normGrad(dy: Float32Array, { x, r }: Normed, name: string, dx: Float32Array): void {
    rmsNormGrad(dy, x, this.weights[name]!, r, dx, this.gradients[name]!);
  }

  private sizes(x: Float32Array, weight: string): { rows: number; inputs: number; outputs: number } {
    const [n, k] = parameterShapes(this.config).find(({ name }) => name === weight)!.shape as [number, number];
    return { rows: x.length / k, inputs: k, outputs: n };
  }

  /** y = x·Wᵀ (+ residual) */
  private linear(x: Float32Array, name: string, residual?: Float32Array): Float32Array {
    const { rows, inputs, outputs } = this.sizes(x, name);
    const y = residual?.slice() ?? new Float32Array(rows * outputs);
    multiplyTransposed(x, this.weights[name]!, y, { m: rows, n: outputs, k: inputs, accumulate: true });
    return y;
  }

  /** dW += dyᵀ·x; returns dx = dy·W */
  private linearGrad(dy: Float32Array, x: Float32Array, name: string): Float32Array {
    const { rows, inputs, outputs } = this.sizes(x, name);
    const [dyT, xT] = [transposed(dy, rows, outputs), transposed(x, rows, inputs)];
    multiplyTransposed(dyT, xT, this.gradients[name]!, { m: outputs, n: inputs, k: rows, accumulate: true });
    const dx = new Float32Array(rows * inputs);
    const wT = transposed(this.weights[name]!, outputs, inputs);
    multiplyTransposed(dy, wT, dx, { m: rows, n: inputs, k: outputs });
    return dx;
  }

  private adamw(name: string): void {
    const { learningRate, beta1, beta2, eps, weightDecay } = ADAMW;
    const p = this.weights[name]!;
    const g = this.gradients[name]!;
    this.moments[name] ??= { m: new Float32Array(p.length), v: new Float32Array(p.length) };
    const { m, v } = this.moments[name];
    const correction1 = 1 - beta1 ** this.steps;
    const correction2 = 1 - beta2 ** this.steps;
    for (let i = 0; i < p.length; i++) {
      m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
      v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2;
      const update = m[i]! / correction1 / (Math.sqrt(v[i]! / correction2) + eps);
      p[i] = p[i]! * (1 - learningRate * weightDecay) - learningRate * update;
    }
  }
}
