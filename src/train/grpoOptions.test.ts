/** Host code of GRPO's options, by hand-worked numbers and against TRL's own code (goldens/grpo.json). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bothDevices } from '../gpu/bothDevices.fixture';
import { correctedRatio } from '../kernels/correction';
import { Arena } from '../model/parameters';
import { type Aggregation, advantagesOf, shareWithoutSpread } from './advantages';
import { afterUpdate, gammaInForce, startEntropyControl } from './entropyControl';
import { ReferenceSync } from './referenceSync';
import { correctionMetrics, samplingMetrics } from './samplerMetrics';
import { learningRate } from './schedule';
import { table } from './train.fixture';

const goldens = JSON.parse(readFileSync(path.resolve(import.meta.dirname, 'goldens/grpo.json'), 'utf8')) as {
  entropy_control: { gamma: number; target: number; delta: number; min: number; max: number; steps: Step[] };
  reference_sync: { policy: number[]; reference: number[]; alpha: number; after: number[] };
};
interface Step {
  entropy: number;
  in_force: number;
  after: number;
}
const near = (got: readonly number[], want: readonly number[], digits = 10) => {
  expect(got).toHaveLength(want.length);
  got.forEach((value, i) => expect(value).toBeCloseTo(want[i]!, digits));
};

describe('terms of a reward', () => {
  /** Two groups of two; the second term has no spread in the first group. */
  const rewards = [
    [1, 0],
    [3, 0],
    [2, -1],
    [2, 1],
  ].map(([a, b]) => ({
    parts: [
      { value: a!, weight: 0.5 },
      { value: b!, weight: 2 },
    ],
    total: 0.5 * a! + 2 * b!,
  }));
  const options = (aggregation: Aggregation) => ({ groupSize: 2, scaleRewards: 'group', aggregation }) as const;

  it('normalized first, then added up and normalized over the batch (GDPO)', () => {
    // each term of two values ±d around its mean has deviation √2·d: ±1/(√2 + 1e-4/d)
    const unit = 1 / (Math.SQRT2 + 1e-4);
    const sums = [-0.5 * unit, 0.5 * unit, -2 * unit, 2 * unit];
    const deviation = Math.sqrt((2 * (0.5 * unit) ** 2 + 2 * (2 * unit) ** 2) / 3);
    near(
      advantagesOf(rewards, options('normalize_then_sum')),
      sums.map((sum) => sum / (deviation + 1e-4)),
    );
  });

  it('a term with a large scale outweighs the others when added up first, and not when normalized first', () => {
    const scaled = rewards.map(({ parts: [a, b] }) => {
      const values = [{ value: a!.value * 1000, weight: 0.5 }, b!];
      return { parts: values, total: values.reduce((sum, { value, weight }) => sum + value * weight, 0) };
    });
    const share = (of: typeof rewards, aggregation: Aggregation) => {
      const advantages = advantagesOf(of, options(aggregation));
      return advantages[1]! / advantages[3]!;
    };
    expect(share(scaled, 'normalize_then_sum')).toBeCloseTo(share(rewards, 'normalize_then_sum'), 3);
    const sum = (of: typeof rewards) => advantagesOf(of, { ...options('sum_then_normalize'), scaleRewards: 'batch' });
    expect(sum(scaled)[1]! / sum(scaled)[3]!).toBeGreaterThan(100 * (sum(rewards)[1]! / sum(rewards)[3]!));
  });

  it('without spread are counted by what divides', () => {
    const flat = rewards.map(({ parts }, b) => ({ parts, total: b < 2 ? 1 : b }));
    expect(shareWithoutSpread(flat, options('sum_then_normalize'))).toBe(0.5);
    expect(shareWithoutSpread(flat, { ...options('sum_then_normalize'), scaleRewards: 'batch' })).toBe(0);
    expect(shareWithoutSpread(flat, options('normalize_then_sum'))).toBe(0);
  });
});

describe('steered entropy', () => {
  it('is that of TRL, update by update', () => {
    const { gamma, target, delta: step, min, max, steps } = goldens.entropy_control;
    const options = { target, step, min, max };
    let control = startEntropyControl(gamma);
    expect(steps).toHaveLength(12);
    for (const { entropy, in_force, after } of steps) {
      expect(gammaInForce(control, options)).toBeCloseTo(in_force, 8);
      control = afterUpdate(control, entropy, options);
      expect(control.gamma).toBeCloseTo(after, 10);
    }
  });
});

describe('the correction for the sampler', () => {
  const bounds = { min: 0.5, max: 2 };
  it('clamps to its bounds, or is 0 outside of them', () => {
    const ratios = [0.25, 0.8, 4].map(Math.log);
    near(
      ratios.map((log) => correctedRatio({ mode: 'token_truncate', ...bounds }, log)),
      [0.5, 0.8, 2],
    );
    near(
      ratios.map((log) => correctedRatio({ mode: 'sequence_mask', ...bounds }, log)),
      [0, 0.8, 0],
    );
  });

  const sequences = [
    { sampler: [-1, -2], trainer: [-1 - Math.LN2, -2], counted: true },
    { sampler: [-1], trainer: [-1.5], counted: true },
    { sampler: [-1], trainer: [-9], counted: false },
  ];
  const named = (metrics: Record<string, number>, of: string) =>
    ['min', 'mean', 'max'].map((end) => metrics[`sampling/${of}/${end}`]!);
  it('has factors of counted tokens, or of all completions', () => {
    const ratios = (mode: 'token_mask' | 'sequence_mask') =>
      named(correctionMetrics(sequences, { mode, min: 0, max: 3 }), 'importance_sampling_ratio');
    const e = Math.exp(-0.5);
    near(ratios('token_mask'), [0.5, (0.5 + 1 + e) / 3, 1]);
    near(ratios('sequence_mask'), [0.5, (0.5 + e + 1) / 3, 1]);
  });

  it('separates the kept mass from a disagreement where the sampler truncates', () => {
    const metrics = samplingMetrics(sequences, true);
    expect(metrics['sampling/sampling_logp_difference/max']).toBeCloseTo(Math.LN2, 12);
    expect(metrics['sampling/kept_mass/min']).toBeCloseTo(0.5, 12);
    expect(metrics['sampling/logp_excess/max']).toBe(0);
    const wrong = [{ sampler: [-1], trainer: [-0.7], counted: true }];
    expect(samplingMetrics(wrong, true)['sampling/logp_excess/max']).toBeCloseTo(0.3, 12);
    expect(Object.keys(samplingMetrics(sequences, false))).toHaveLength(2);
  });
});

describe.each(bothDevices)('a reference that follows, on %s', (_, open) => {
  it('moves by α every N steps as in TRL, by one dispatch, and makes nothing', async () => {
    const device = await open();
    const [weights, reference] = [new Arena(device, table, 'weights'), new Arena(device, table, 'reference')];
    const filled = (values: readonly number[]) =>
      new Map(
        table.specs.map(({ name, shape, size }) => [
          name,
          { shape, data: Float32Array.from({ length: size }, (__, i) => values[i % values.length]!) },
        ]),
      );
    const { policy, reference: before, alpha, after } = goldens.reference_sync;
    weights.load(filled(policy));
    reference.load(filled(before));
    const sync = await ReferenceSync.create(device, { weights, reference }, { every: 2, alpha });
    const expectReference = async (values: readonly number[]) => {
      for (const [name, { data }] of await reference.read())
        data.forEach((value, i) => expect(Math.abs(value - values[i % values.length]!), name).toBeLessThan(1e-6));
    };
    const { dispatches } = device.counters;
    expect(sync.stepEnded(1)).toBe(false);
    expect(device.counters.dispatches).toBe(dispatches);
    await expectReference(before);
    const { buffers, bindGroups, pipelines } = device.counters;
    expect(sync.stepEnded(2)).toBe(true);
    expect(device.counters).toMatchObject({ buffers, bindGroups, pipelines, dispatches: dispatches + 1 });
    await expectReference(after);
    await expectReference(policy.map((p, i) => alpha * p + (1 - alpha) * before[i]!));
    for (const owned of [sync, weights, reference, device]) owned.destroy();
  });
});

it('a line falls from the peak to its floor', () => {
  const schedule = { peak: 1, warmup: 4, steps: 105, decay: 'linear', floor: 0.1 } as const;
  near(
    [0, 3, 4, 54, 104].map((step) => learningRate(schedule, step)),
    [0, 0.75, 1, 0.55, 0.1],
  );
});
