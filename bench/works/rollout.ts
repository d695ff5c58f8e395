/**
 * Rollouts: prompts of 16 tokens, 64 new tokens each at temperature 1 over the whole vocabulary. Everyone draws other random
 * numbers, so samples are checked statistically: the plain model must give the tokens the surprise that its own entropy
 * predicts, and must agree with log-probabilities if the peer returns them. The lab computes log-probabilities within the
 * measured time; the other peers need not.
 */
import type { ModelPreset } from '../../src/model/presets';
import { mean, standardDeviation } from '../../src/stats';
import type { Peer, Rollouts } from '../peers/peer';
import { PlainModel } from '../peers/plainModel';
import { type ModelConfig, makePrompts, makeWeights, presetConfig, type RolloutShape, type Weights } from './model';
import type { Attempt, Work } from './work';

const SHAPES: readonly (readonly [ModelPreset, number])[] = [
  ['nano', 64],
  ['micro', 256],
];
const PROMPT = 16;
const NEW = 64;
/** Sequences whose samples are checked: enough to find a wrong cache, few enough for one core. */
const CHECKED = 16;
/** Standard errors by which surprise may differ from entropy. */
const DEVIATIONS = 5;
const LOGPROB_TOLERANCE = 1e-3;

export const rolloutWorks = (): Work[] => SHAPES.map(([preset, sequences]) => rolloutWork(preset, sequences));

function rolloutWork(preset: ModelPreset, sequences: number): Work {
  return {
    name: `rollout/${preset}-${sequences}`,
    repeatable: false,
    budgetShare: 1,
    suits: (peer) => peer.generator !== undefined,
    prepare: () => prepareRollouts(presetConfig(preset), { sequences, promptTokens: PROMPT, newTokens: NEW }),
    rate: (milliseconds) => ({ tokens_per_second: ((sequences * NEW) / milliseconds) * 1000 }),
  };
}

function prepareRollouts(config: ModelConfig, shape: RolloutShape): (peer: Peer) => Promise<Attempt> {
  const weights = makeWeights(config);
  const prompts = makePrompts(config, shape);
  return async (peer) => {
    const generator = await peer.generator!(config, weights, shape);
    let calls = 0;
    let latest: Rollouts | null = null;
    return {
      async run() {
        latest = await generator.run(prompts, ++calls);
      },
      async check() {
        checkTokens(config, shape, latest!);
        if (calls === 1) checkSamples(config, weights, shape, prompts, latest!);
      },
      dispose: () => generator.dispose(),
    };
  };
}

function checkTokens({ V }: ModelConfig, { sequences, newTokens }: RolloutShape, { ids }: Rollouts): void {
  if (ids.length !== sequences * newTokens)
    throw new Error(`${ids.length} tokens sampled, expected ${sequences * newTokens}`);
  const strange = ids.find((id) => !(id >= 0 && id < V));
  if (strange !== undefined) throw new Error(`token ${strange} is none of the ${V}`);
}

/** For each token, −log p(token) has the entropy as its mean under the model, given any earlier tokens. */
function checkSamples(
  config: ModelConfig,
  weights: Weights,
  { promptTokens: P, newTokens: N }: RolloutShape,
  prompts: Int32Array,
  { ids, logprobs }: Rollouts,
): void {
  const { V } = config;
  const T = P + N - 1;
  const tokens = new Int32Array(CHECKED * T);
  for (let s = 0; s < CHECKED; s++) {
    tokens.set(prompts.subarray(s * P, (s + 1) * P), s * T);
    tokens.set(ids.subarray(s * N, (s + 1) * N - 1), s * T + P);
  }
  const logits = new PlainModel(config, weights).forward(tokens, CHECKED, T);
  const excess: number[] = []; // −log p − H of each token
  for (let at = 0; at < CHECKED * N; at++) {
    const row = Math.floor(at / N) * T + P - 1 + (at % N);
    const { logprob, entropy } = tokenLogprob(logits.subarray(row * V, (row + 1) * V), ids[at]!);
    excess.push(-logprob - entropy);
    const given = logprobs?.[at];
    if (given !== undefined && !(Math.abs(given - logprob) <= LOGPROB_TOLERANCE))
      throw new Error(`the log-probability of token ${at} is ${given}, expected ${logprob}`);
  }
  const error = standardDeviation(excess) / Math.sqrt(excess.length);
  if (!(Math.abs(mean(excess)) <= DEVIATIONS * error))
    throw new Error(`not the model's samples: −log p exceeds the entropy by ${mean(excess)} ± ${error}`);
}

function tokenLogprob(logits: Float32Array, token: number): { logprob: number; entropy: number } {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const normalizer = most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
  const entropy = logits.reduce((sum, logit) => sum - Math.exp(logit - normalizer) * (logit - normalizer), 0);
  return { logprob: logits[token]! - normalizer, entropy };
}
