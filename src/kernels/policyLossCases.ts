/** Cases of the policy loss: every loss, clip and correction on ordinary log-probabilities, and on gaps beyond what f32 exponentiates. */
import { corrections } from './correction';
import { normal, uniform, unwritten } from './fill';

const ROWS = 40;
/** Completions of 1 to 14 tokens with a token between them that belongs to none. */
const SPANS = [0, 14, 15, 16, 17, 25, 26, 39];
const inSpan = (n: number) => {
  for (let i = 0; i < SPANS.length; i += 2) if (n >= SPANS[i]! && n < SPANS[i + 1]!) return [SPANS[i]!, SPANS[i + 1]!];
  return null;
};
const LOGPROBS = uniform(ROWS, 1, -3, -0.05);
const DRIFT = normal(ROWS, 2, 0.3);
const ENTROPIES = uniform(ROWS, 3, 0, 2);
const REFERENCES = normal(ROWS, 4, 0.3);
const SAMPLER_DRIFT = normal(ROWS, 5, 0.3);
const advantageOf = (span: readonly number[]) => [1.2, -0.7, 0.4, -1.3][SPANS.indexOf(span[0]!) / 2]!;

const buffers = () => ({
  scores: LOGPROBS.flatMap((lp, n) => [lp, ENTROPIES[n]!, 0, 0]),
  tokens: LOGPROBS.flatMap((lp, n) => {
    const span = inSpan(n);
    return span
      ? [
          Math.fround(lp - DRIFT[n]!),
          advantageOf(span),
          Math.fround(1 / 4 / (span[1]! - span[0]!)),
          Math.fround(lp - DRIFT[n]! + SAMPLER_DRIFT[n]!),
        ]
      : [0, 0, 0, 0];
  }),
  reference: LOGPROBS.flatMap((lp, n) => [Math.fround(lp + REFERENCES[n]!), 0, 0, 0]),
  spans: LOGPROBS.flatMap((_, n) => inSpan(n) ?? [n, n]),
  grads: unwritten(ROWS * 2 + 2),
  stats: unwritten(ROWS * 4 + 4),
});
const options = {
  rows: ROWS,
  epsilonLow: 0.2,
  epsilonHigh: 0.28,
  delta: 0,
  beta: 0.04,
  entropyWeight: 0.001,
  onPolicy: 0,
  correctionMin: 0,
  correctionMax: 0,
};
const PLAIN = { CISPO: 0, SEQUENCE: 0, KL_RATIO: 0, CORRECTION: 0 };

/**
 * Log-probabilities far from those of the reference, of the policy before and of the sampler, in every combination of signs; on a
 * grid on which their differences are exact in f32.
 */
const GAPS = [60, -60, 0.5, 88, -88, 120, -120, 1e4, -1e4];
const wideBuffers = () => {
  const gap = (n: number) => GAPS[n % GAPS.length]!;
  const lps = Array.from({ length: ROWS }, (_, n) => -1.5 - Math.max(0, gap(n), gap(2 * n + 1), gap(4 * n + 3)));
  return {
    scores: lps.flatMap((lp, n) => [lp, ENTROPIES[n]!, 0, 0]),
    reference: lps.flatMap((lp, n) => [lp + gap(n), 0, 0, 0]),
    tokens: lps.flatMap((lp, n) => {
      const span = inSpan(n);
      if (!span) return [0, 0, 0, 0];
      return [lp + gap(2 * n + 1), advantageOf(span), 1 / 64, lp + gap(4 * n + 3)];
    }),
    spans: lps.flatMap((_, n) => inSpan(n) ?? [n, n]),
    grads: unwritten(ROWS * 2 + 2),
    stats: unwritten(ROWS * 4 + 4),
  };
};
type Ways = readonly [label: string, constants: Partial<typeof PLAIN>, params?: Partial<typeof options>];
/** Every loss, every way in which the ratio and the correction enter. */
const wideGaps: readonly Ways[] = [
  ['token ratios', {}],
  ['token ratios and a cap', {}, { delta: 1.3 }],
  ['on policy', {}, { onPolicy: 1 }],
  ['CISPO', { CISPO: 1 }, { epsilonHigh: 1.2 }],
  ['sequence ratios (GSPO)', { SEQUENCE: 1 }, { epsilonLow: 0.03, epsilonHigh: 0.04 }],
  ['KL times the ratio', { KL_RATIO: 1 }],
  ['KL times the ratio of the sequence', { KL_RATIO: 1, SEQUENCE: 1 }],
  ...Object.entries(corrections).flatMap(([mode, CORRECTION]) =>
    [{}, { SEQUENCE: 1 }, { CISPO: 1 }].map(
      (loss): Ways => [`${mode} ${JSON.stringify(loss)}`, { ...loss, CORRECTION }, { correctionMax: 3e38 }],
    ),
  ),
];

export const policyLossCases = [
  { label: 'token ratios with clip-higher, KL and entropy', params: options, buffers: buffers() },
  { label: 'two-sided clipping', params: { ...options, delta: 1.3 }, buffers: buffers() },
  { label: 'a cap below the clip range', params: { ...options, delta: 1.1 }, buffers: buffers() },
  { label: 'on policy: the ratio is 1', params: { ...options, onPolicy: 1 }, buffers: buffers() },
  {
    label: 'CISPO',
    params: { ...options, epsilonHigh: 1.2 },
    constants: { ...PLAIN, CISPO: 1 },
    buffers: buffers(),
  },
  {
    label: 'sequence ratios (GSPO)',
    params: { ...options, epsilonLow: 0.03, epsilonHigh: 0.04 },
    constants: { ...PLAIN, SEQUENCE: 1 },
    buffers: buffers(),
  },
  ...Object.entries(corrections).flatMap(([mode, CORRECTION]) =>
    [0, 1].map((SEQUENCE) => ({
      label: `${mode}, ${SEQUENCE ? 'sequence' : 'token'} ratios`,
      params: { ...options, correctionMin: 0.7, correctionMax: 1.3 },
      constants: { ...PLAIN, SEQUENCE, CORRECTION },
      buffers: buffers(),
    })),
  ),
  {
    label: 'CISPO on policy, corrected',
    params: { ...options, epsilonHigh: 1.2, onPolicy: 1, correctionMax: 1.3 },
    constants: { ...PLAIN, CISPO: 1, CORRECTION: corrections.token_mask },
    buffers: buffers(),
  },
  {
    label: 'KL times the ratio',
    params: options,
    constants: { ...PLAIN, KL_RATIO: 1 },
    buffers: buffers(),
  },
  {
    label: 'KL times the ratio of the sequence',
    params: options,
    constants: { ...PLAIN, SEQUENCE: 1, KL_RATIO: 1 },
    buffers: buffers(),
  },
  ...wideGaps.flatMap(([label, constants, given = {}]) =>
    [0, 0.04, 10].map((beta) => ({
      label: `${label}, gaps of 60, 88, 120 and 10 000 nats, β ${beta}`,
      params: { ...options, beta, ...given },
      constants: { ...PLAIN, ...constants },
      buffers: wideBuffers(),
      tolerance: 5e-5, // WGSL lets exp(x) be off by 3 + 2·|x| units in the last place
    })),
  ),
];
