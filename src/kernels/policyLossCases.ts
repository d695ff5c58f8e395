/** Cases of a policy loss: each mode of ratio, KL and correction on ordinary log-probabilities, and on gaps beyond f32's exponentials. */
import { corrections } from './correction';
import { normal, uniform, unwritten } from './fill';

const ROWS = 40;
/** First row and end of completions of 1 to 14 tokens; the rows between belong to none. */
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
  entropyThreshold: 0,
};
const PLAIN = { SEQUENCE: 0, KL_RATIO: 0, CORRECTION: 0, TOP_ENTROPY: 0 };

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
type Params = Readonly<Record<string, number>>;
type Ways = readonly [label: string, constants: Partial<typeof PLAIN>, params?: Params];

/** Options of an objective under which its cases run. */
export interface ObjectiveCase {
  readonly label: string;
  /** Its own uniforms, and shared ones that differ from the usual. */
  readonly params: Params;
  readonly constants?: Partial<typeof PLAIN>;
}

/** Modes in which the ratio, the KL and the correction enter on ordinary gaps. */
const ordinaryWays = (corrected: boolean): Ways[] => [
  ['on policy: the ratio is 1', {}, { onPolicy: 1 }],
  ['KL times the ratio', { KL_RATIO: 1 }],
  ['KL times the ratio of the sequence', { KL_RATIO: 1, SEQUENCE: 1 }],
  ['tokens of high entropy', { TOP_ENTROPY: 1 }, { entropyThreshold: 1.1 }],
  ['tokens of high entropy, sequence ratios', { TOP_ENTROPY: 1, SEQUENCE: 1 }, { entropyThreshold: 1.1 }],
  ...modesOf(corrected).flatMap(([mode, CORRECTION]) =>
    [0, 1].map(
      (SEQUENCE): Ways => [
        `${mode}, ${SEQUENCE ? 'sequence' : 'token'} ratios`,
        { SEQUENCE, CORRECTION },
        { correctionMin: 0.7, correctionMax: 1.3 },
      ],
    ),
  ),
];
/** An objective that uses the correction itself takes that of tokens alone. */
const modesOf = (corrected: boolean) =>
  Object.entries(corrections).filter(([mode]) => corrected || mode.startsWith('token'));

/** The same on gaps beyond what f32 exponentiates. */
const wideWays = (corrected: boolean): Ways[] => [
  ['token ratios', {}],
  ['on policy', {}, { onPolicy: 1 }],
  ['sequence ratios', { SEQUENCE: 1 }],
  ['KL times the ratio', { KL_RATIO: 1 }],
  ['KL times the ratio of the sequence', { KL_RATIO: 1, SEQUENCE: 1 }],
  ...modesOf(corrected).flatMap(([mode, CORRECTION]) =>
    [0, 1].map((SEQUENCE): Ways => [`${mode} ${SEQUENCE}`, { SEQUENCE, CORRECTION }, { correctionMax: 3e38 }]),
  ),
];

/** Cases of a policy loss under each set of its options. */
export const policyLossCases = (cases: readonly ObjectiveCase[], corrected: boolean) =>
  cases.flatMap(({ label: of, params: own, constants: fixed = {} }, i) => [
    { label: of, params: { ...options, ...own }, constants: { ...PLAIN, ...fixed }, buffers: buffers() },
    ...(i > 0 ? [] : ordinaryWays(corrected)).map(([label, constants, given = {}]) => ({
      label: `${of}, ${label}`,
      params: { ...options, ...own, ...given },
      constants: { ...PLAIN, ...constants, ...fixed },
      buffers: buffers(),
    })),
    ...(i > 0 ? wideWays(corrected).slice(0, 1) : wideWays(corrected)).flatMap(([label, constants, given = {}]) =>
      [0, 0.04, 10].map((beta) => ({
        label: `${of}, ${label}, gaps of 60, 88, 120 and 10 000 nats, β ${beta}`,
        params: { ...options, ...own, beta, ...given },
        constants: { ...PLAIN, ...constants, ...fixed },
        buffers: wideBuffers(),
        tolerance: 5e-5, // WGSL lets exp(x) be off by 3 + 2·|x| units in the last place
      })),
    ),
  ]);
