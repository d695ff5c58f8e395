/**
 * Sampling at the end of a decoding step: next token and log-probability of every live slot, stop conditions, positions.
 * Random numbers are a hash of (seed, sequence, draw), so a rollout does not depend on its slot or batch.
 */
import wgsl from '../../shaders/sample.wgsl';
import { defineKernel, linear, read, update } from '../gpu/kernel';
import { integers, normal, unwritten } from './fill';

function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Uniform number in [0, 1) with 24 bits, as in the shader for the same (seed, sequence, draw). */
export function sampleRandom(seed: number, sequence: number, draw: number): number {
  const h = mix(mix((mix((seed + 0x9e3779b9) >>> 0) ^ sequence) >>> 0) + Math.imul(draw, 0x27d4eb2f));
  return (h >>> 8) / 2 ** 24;
}

interface Truncation {
  topK: number;
  topP: number;
  minP: number;
}

/** Token ids that top-k, then top-p, then min-p keep. Weights are relative to the likeliest token. */
function keptTokens(weights: readonly number[], { topK, topP, minP }: Truncation): number[] {
  const ranked = weights.map((_, v) => v).sort((i, j) => weights[j]! - weights[i]! || i - j);
  const limited = topK > 0 ? ranked.slice(0, topK) : ranked;
  const mass = limited.reduce((sum, v) => sum + weights[v]!, 0);
  const kept: number[] = [];
  let sum = 0;
  for (const v of limited) {
    if (kept.length > 0 && (sum >= topP * mass || weights[v]! < minP)) break;
    kept.push(v);
    sum += weights[v]!;
  }
  return kept;
}

const SLOTS = 21;
const VOCABULARY = 11;
const buffers = () => ({
  // every slot except one, in reverse order
  live: Array.from({ length: SLOTS - 1 }, (_, r) => SLOTS - 1 - r),
  logits: normal(SLOTS * VOCABULARY, 1, 2),
  // slot 1 is done, slot 2 draws its last token
  slots: Array.from({ length: SLOTS }, (_, s) => {
    const drawn = s === 2 ? 4 : s % 4;
    return [100 + s, s === 1 ? 1 : 0, drawn, 6 + drawn];
  }).flat(),
  tokens: integers(SLOTS, 3, VOCABULARY),
  completions: integers(SLOTS * 5, 4, VOCABULARY),
  logprobs: unwritten(SLOTS * 5),
  ends: [3, 8],
});
/** Logits with NaN, ∞ or −∞ in every row except the first: one, several or all of them, [R, V]. */
function faultyLogits(rows: number): number[] {
  const logits = normal(rows * VOCABULARY, 1, 2);
  for (const [row, token, value] of [
    [1, 7, Number.NaN],
    [2, 0, Number.POSITIVE_INFINITY],
    [3, 10, Number.NEGATIVE_INFINITY],
    [4, 4, Number.NaN],
    [4, 9, Number.POSITIVE_INFINITY],
  ] as const)
    logits[row * VOCABULARY + token] = value;
  return logits.fill(Number.NaN, 5 * VOCABULARY);
}
const options = {
  rows: SLOTS - 1,
  vocabulary: VOCABULARY,
  capacity: 5,
  maxNew: 5,
  endCount: 1,
  seed: 42,
  inverseTemperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
};

export const sample = defineKernel({
  name: 'sample',
  wgsl,
  bindings: {
    live: read('u32'),
    logits: read(),
    slots: update('vec4u'),
    tokens: update('u32'),
    completions: update('u32'),
    logprobs: update(),
    ends: read('u32'),
  },
  params: {
    rows: 'u32',
    vocabulary: 'u32',
    /** M, maximum tokens of a completion. */
    capacity: 'u32',
    maxNew: 'u32',
    /** E, number of valid entries of `ends`; 0 for none. */
    endCount: 'u32',
    seed: 'u32',
    /** 0 for greedy. */
    inverseTemperature: 'f32',
    /** 0 for all. */
    topK: 'u32',
    topP: 'f32',
    minP: 'f32',
  },
  constants: {},
  workgroups: ({ rows }) => linear(rows, 16),
  reference({ live, logits, slots, tokens, completions, logprobs, ends }, params) {
    const { rows, vocabulary, capacity, maxNew, endCount, seed, inverseTemperature } = params;
    for (let r = 0; r < rows; r++) {
      const s = live[r]!;
      const [sequence, done, drawn, position] = slots.subarray(s * 4, s * 4 + 4) as unknown as number[];
      if (done) continue;
      const greedy = inverseTemperature === 0;
      const at = s * capacity + drawn!;
      const row = Array.from(logits.subarray(r * vocabulary, (r + 1) * vocabulary));
      const faulty = row.findIndex((logit) => !Number.isFinite(logit));
      if (faulty >= 0) {
        completions[at] = faulty;
        logprobs[at] = row[faulty]!;
        slots.set([sequence!, 1, drawn! + 1, position!], s * 4);
        continue;
      }
      const scaled = row.map((logit) => logit * (greedy ? 1 : inverseTemperature));
      const top = Math.max(...scaled);
      const weights = scaled.map((logit) => Math.exp(logit - top));
      const kept = new Set(greedy ? weights.keys() : keptTokens(weights, params));
      const mass = weights.reduce((sum, weight, v) => (kept.has(v) ? sum + weight : sum), 0);
      let token = scaled.indexOf(top);
      if (!greedy) {
        const goal = sampleRandom(seed, sequence!, drawn!) * mass;
        let running = 0;
        for (let v = 0; v < vocabulary; v++) {
          if (!kept.has(v)) continue;
          running += weights[v]!;
          if (running > goal) {
            token = v;
            break;
          }
        }
      }
      completions[at] = token;
      logprobs[at] = scaled[token]! - top - Math.log(mass);
      const finished = ends.subarray(0, endCount).includes(token) || drawn! + 1 >= maxNew;
      slots.set([sequence!, finished ? 1 : 0, drawn! + 1, finished ? position! : position! + 1], s * 4);
      if (!finished) tokens[s] = token;
    }
  },
  tolerance: { value: 5e-6, reason: 'V exponentials added in f32; tokens, being whole numbers, must agree' },
  cases: [
    { label: 'temperature 1', params: options, buffers: buffers() },
    { label: 'greedy', params: { ...options, inverseTemperature: 0 }, buffers: buffers() },
    { label: 'two end tokens', params: { ...options, endCount: 2 }, buffers: buffers() },
    { label: 'no end token', params: { ...options, endCount: 0 }, buffers: buffers() },
    {
      label: 'temperature 2, another seed',
      params: { ...options, seed: 7, inverseTemperature: 0.5 },
      buffers: buffers(),
    },
    { label: 'top-k', params: { ...options, topK: 3 }, buffers: buffers() },
    { label: 'top-p', params: { ...options, topP: 0.7 }, buffers: buffers() },
    { label: 'min-p', params: { ...options, minP: 0.2 }, buffers: buffers() },
    {
      label: 'top-k, then top-p, then min-p',
      params: { ...options, topK: 5, topP: 0.8, minP: 0.05 },
      buffers: buffers(),
    },
    ...[{}, { topK: 3 }, { topP: 0.7, minP: 0.05 }, { inverseTemperature: 0 }].map((asked) => ({
      label: `non-finite logits end the completion: ${JSON.stringify(asked)}`,
      params: { ...options, rows: 6, ...asked },
      buffers: { ...buffers(), logits: faultyLogits(6) },
    })),
    {
      label: 'equal logits: ties go to the lower id',
      params: { ...options, rows: 2, topK: 4 },
      buffers: { ...buffers(), logits: new Array(2 * VOCABULARY).fill(0.5) },
    },
  ],
});
