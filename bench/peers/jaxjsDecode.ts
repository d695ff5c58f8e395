/**
 * Rollouts in jax-js: one `jit` for the prompts and one for a decoding step, with a cache of fixed shape. It has no update
 * of a slice, so the cache is rewritten through a mask at every token. Sampled tokens stay on the device until the end.
 */
import { type Array as JaxArray, jit, numpy as np, random, tree } from '@jax-js/jax';
import type { ModelConfig, RolloutShape, Weights } from '../works/model';
import { cachedAttention, floats, type JaxWeights, layers, linear, rmsNorm, turnsOf, weightsOf } from './jaxjsModel';
import type { Generator } from './peer';

type Cache = { k: JaxArray; v: JaxArray }[];

export async function openGenerator(config: ModelConfig, given: Weights, shape: RolloutShape): Promise<Generator> {
  const { sequences: S, promptTokens: P, newTokens: N } = shape;
  const { L, K, D } = config;
  const all = P + N;
  const weights = weightsOf(config, given);
  const prefill = jit(forward(config, S, P, all));
  const decode = jit(forward(config, S, 1, all));
  /** Where T tokens from `start` go in the cache [T, all], and what each of them sees. */
  const place = (start: number, T: number): [JaxArray, JaxArray, JaxWeights] => {
    const slots = new Float32Array(T * all);
    const visible = new Int32Array(T * all);
    for (let t = 0; t < T; t++) {
      slots[t * all + start + t] = 1;
      visible.fill(1, t * all, t * all + start + t + 1);
    }
    return [floats(slots, [T, all]), np.array(visible).reshape([T, all]).astype(np.bool), turnsOf(config, start, T)];
  };
  return {
    async run(prompts, seed) {
      const empty = () => np.zeros([S, all, K, D]);
      let cache: Cache = Array.from({ length: L }, () => ({ k: empty(), v: empty() }));
      const keys = [...random.split(random.key(seed), N)];
      let tokens = np.array(prompts as Int32Array<ArrayBuffer>).reshape([S, P]);
      const sampled: JaxArray[] = [];
      for (let t = 0; t < N; t++) {
        const inputs = t === 0 ? place(0, P) : place(P + t - 1, 1);
        [cache, tokens] = (t === 0 ? prefill : decode)(tree.ref(weights), cache, tokens, ...inputs, keys[t]!);
        sampled.push(tokens.ref);
      }
      tokens.dispose();
      tree.dispose(cache);
      const ids = new Int32Array(S * N);
      for (const [t, column] of sampled.entries()) {
        const drawn = await column.data();
        for (let s = 0; s < S; s++) ids[s * N + t] = drawn[s]!;
      }
      return { ids };
    },
    dispose() {
      tree.dispose(weights);
      prefill.dispose();
      decode.dispose();
    },
  };
}

/** T tokens [S, T] of every sequence into the cache; the next token of each, drawn at temperature 1. */
const forward =
  (config: ModelConfig, S: number, T: number, all: number) =>
  (
    w: JaxWeights,
    cache: Cache,
    tokens: JaxArray,
    slots: JaxArray,
    visible: JaxArray,
    turns: JaxWeights,
    key: JaxArray,
  ): [Cache, JaxArray] => {
    const { C, eps } = config;
    const kept = np.full([all], 1).sub(slots.ref.sum(0)).reshape([1, all, 1, 1]);
    const stored = (old: JaxArray, fresh: JaxArray) =>
      old
        .mul(kept.ref)
        .add(T === 1 ? fresh.mul(slots.ref.reshape([1, all, 1, 1])) : np.einsum('rtkd,ts->rskd', fresh, slots.ref));
    const next: Cache = [];
    const embedded = w['model.embed_tokens.weight']!.slice(tokens);
    let x = layers(config, w, embedded, turns, [S, T], (q, k, v, l) => {
      const entry = { k: stored(cache[l]!.k, k), v: stored(cache[l]!.v, v) };
      next.push(entry);
      return cachedAttention(config, q, entry.k.ref, entry.v.ref, visible.ref);
    });
    if (T > 1) x = x.slice([], [T - 1, T], []);
    const normed = rmsNorm(x.reshape([S, C]), w['model.norm.weight']!, eps);
    const drawn = random.categorical(key, linear(normed, w['lm_head.weight']!), { axis: -1 }).astype(np.int32);
    for (const used of [slots, visible, kept]) used.dispose();
    return [next, drawn.reshape([S, 1])];
  };
