/** GRPO's options in tiny runs: effects, metrics, and repetition to the bit. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshProblems, type ProblemSource } from '../../data/problems';
import type { Device } from '../../gpu/device';
import { openNodeDevice } from '../../gpu/node';
import { initialTensors } from '../../model/parameters';
import { random } from '../../random';
import { collectRollouts } from '../../train/collectRollouts';
import { afterUpdate, gammaInForce, startEntropyControl } from '../../train/entropyControl';
import { parseRecipe, withFields } from '../recipe/recipe';
import type { GrpoEvent } from './events';
import { grpoOptions, openRewards } from './options';
import { run } from './run';
import { Session } from './session';
import { PLAIN, runAll } from './tinyRun.fixture';

const TINY = withFields(PLAIN, {
  'sft.steps': 30,
  'sft.sequences': 16,
  'sft.warmup': 5,
  'grpo.steps': 4,
  'grpo.prompts': 4,
  'grpo.learningRate': 3e-3,
  'grpo.warmup': 0,
  'evaluation.problems': 2,
});

let device: Device;
beforeAll(async () => {
  device = await openNodeDevice();
});
afterAll(() => device.destroy());

async function train(fields: Record<string, unknown>): Promise<GrpoEvent[]> {
  const events = await runAll(device, withFields(TINY, fields));
  return events.filter((event) => event.type === 'grpo');
}
/** Runs by their fields: each runs once, because many tests compare with the same run. */
const runs = new Map<string, Promise<GrpoEvent[]>>();
function stepsOf(fields: Record<string, unknown>): Promise<GrpoEvent[]> {
  const key = JSON.stringify(fields);
  const steps = runs.get(key) ?? train(fields);
  runs.set(key, steps);
  return steps;
}
const results = (steps: readonly GrpoEvent[]) => steps.map(({ metrics, groups }) => ({ metrics, groups }));
const series = (steps: readonly GrpoEvent[], name: string) => steps.map(({ metrics }) => metrics[name]!);

/** All options that do not exclude each other. */
const ALL = {
  'grpo.updates': 2,
  'grpo.referenceSync': 2,
  'grpo.klRatio': true,
  'grpo.entropyTarget': 0.5,
  'grpo.dynamicSampling': 'reward',
  'grpo.samplerCorrection': 'sequence_truncate',
  'grpo.aggregation': 'normalize_then_sum',
  'grpo.decay': 'linear',
  'grpo.topP': 0.9,
};

describe('all options together', () => {
  it('repeat to the bit, and create nothing after the first steps', async () => {
    const steps = await train(ALL);
    expect(results(await train(ALL))).toEqual(results(steps));
    expect(results(await train({ ...ALL, seed: 1 }))).not.toEqual(results(steps));

    const session = new Session(device, withFields(TINY, { ...ALL, 'grpo.steps': 8 }));
    let before = null;
    for await (const event of run(session)) {
      const { bindGroups, pipelines, buffers } = device.counters;
      if (event.type === 'grpo' && event.step === 4) before = { bindGroups, pipelines, buffers };
      if (event.type === 'grpo' && event.step === 8) expect({ bindGroups, pipelines, buffers }).toEqual(before);
    }
    expect(before).not.toBeNull();
    session.destroy();
  });
});

describe('a reference that is synced with the policy', () => {
  it('is the last policy with α 1 and N 1; with N 2 at every other step', async () => {
    const frozen = series(await stepsOf({}), 'kl');
    const synced = await stepsOf({ 'grpo.referenceSync': 1, 'grpo.referenceMixup': 1 });
    expect(frozen.at(-1)).toBeGreaterThan(1e-4);
    for (const kl of series(synced, 'kl')) expect(kl).toBeLessThan(1e-8);
    expect(series(synced, 'reference/synced')).toEqual([1, 1, 1, 1]);
    const halfway = await stepsOf({ 'grpo.referenceSync': 2, 'grpo.referenceMixup': 1 });
    expect(series(halfway, 'reference/synced')).toEqual([0, 1, 0, 1]);
    expect(series(halfway, 'kl')[1]).toBe(frozen[1]);
    expect(series(halfway, 'kl')[2]).toBeLessThan(1e-8);
  });
});

describe('dynamic sampling', () => {
  const resampled = async (by: 'accuracy' | 'reward', fields = {}) =>
    stepsOf({ 'grpo.dynamicSampling': by, 'grpo.dynamicDraws': 3, ...fields });

  it.each(['accuracy', 'reward'] as const)('by %s trains only on groups with spread', async (by) => {
    const steps = await resampled(by);
    expect(steps.some(({ metrics }) => metrics['dynamic_sampling/extra_draws']! > 0)).toBe(true);
    for (const { metrics, groups } of steps) {
      const kept = metrics['dynamic_sampling/groups_kept']!;
      const [all, extra] = [metrics['dynamic_sampling/groups_drawn']!, metrics['dynamic_sampling/extra_draws']!];
      expect(kept).toBeGreaterThan(0);
      expect(groups).toHaveLength(kept);
      expect(kept === 4 || extra === 3).toBe(true);
      expect(all).toBeGreaterThanOrEqual(kept);
      expect(all > 4).toBe(extra > 0);
      for (const { rollouts } of groups) {
        const values = rollouts.map(({ correct, reward }) => (by === 'accuracy' ? correct : reward));
        expect(new Set(values).size).toBeGreaterThan(1);
      }
      expect(metrics[by === 'accuracy' ? 'frac_accuracy_zero_std' : 'frac_reward_zero_std']).toBe(0);
    }
  });

  it('uses the first round if no round has spread', async () => {
    // an untrained model is never right
    const steps = await resampled('accuracy', { 'sft.steps': 0, 'grpo.steps': 1 });
    expect(steps[0]!.metrics).toMatchObject({
      'dynamic_sampling/groups_kept': 0,
      'dynamic_sampling/groups_drawn': 16,
      'dynamic_sampling/extra_draws': 3,
      'dynamic_sampling/accuracy': 0,
    });
    expect(steps[0]!.groups).toHaveLength(4);
    const plain = await stepsOf({ 'sft.steps': 0, 'grpo.steps': 1 });
    expect(steps[0]!.groups).toEqual(plain[0]!.groups);
  });

  it('reports every group to the source before the next round, and never reuses random numbers', async () => {
    const recipe = withFields(TINY, { 'grpo.dynamicSampling': 'accuracy', 'grpo.dynamicDraws': 2 });
    const session = new Session(device, recipe);
    session.weights.load(initialTensors(session.model.table, 0.07, 0));
    const sampler = await session.openSampler();
    const generate = vi.spyOn(sampler, 'generate'); // only records the calls
    const log: string[] = [];
    const fresh = freshProblems(session.evaluated[0]!.task, 5, random(0, 'grpo'));
    const only = fresh.draw();
    const source: ProblemSource = {
      ...fresh,
      draw: () => {
        log.push('draw');
        return only;
      },
      answered: (problem, passRate) => {
        expect(problem).toBe(only);
        log.push(`answered ${passRate}`);
      },
    };
    const options = grpoOptions(recipe, await openRewards(recipe));
    await collectRollouts(0, 2, sampler, source, session.tokenizer, options);
    const round = [...Array(4).fill('draw'), ...Array(4).fill('answered 0')];
    expect(log).toEqual([...round, ...round, ...round]);
    await collectRollouts(1, 2, sampler, source, session.tokenizer, options);
    const sequences = generate.mock.calls.flatMap(([requests]) => requests.map(({ sequence }) => sequence));
    expect(sequences).toHaveLength(2 * 3 * 16);
    expect(new Set(sequences).size).toBe(sequences.length);
    session.destroy();
  });
});

describe('the sampler correction', () => {
  it('is the mass that top-p keeps, and 1 without truncation', async () => {
    const cut = await stepsOf({ 'grpo.topP': 0.7, 'grpo.samplerCorrection': 'token_truncate' });
    for (const { metrics } of cut) {
      expect(metrics['sampling/kept_mass/min']).toBeLessThan(0.95);
      expect(metrics['sampling/logp_excess/max']).toBeLessThan(1e-4);
      for (const end of ['min', 'mean'])
        expect(metrics[`sampling/importance_sampling_ratio/${end}`]).toBeCloseTo(
          metrics[`sampling/kept_mass/${end}`]!,
          12,
        );
    }
    const plain = await stepsOf({ 'grpo.topP': 0.7 });
    expect(plain[0]!.groups).toEqual(cut[0]!.groups);
    expect(plain[0]!.metrics.grad_norm).not.toBe(cut[0]!.metrics.grad_norm);
    for (const { metrics } of await stepsOf({ 'grpo.samplerCorrection': 'sequence_mask' }))
      for (const end of ['min', 'max'])
        expect(Math.abs(metrics[`sampling/importance_sampling_ratio/${end}`]! - 1)).toBeLessThan(1e-3);
  });
});

it('adapts γ to the entropy of each step', async () => {
  const fields = { 'grpo.entropyTarget': 0.9, 'grpo.gammaStep': 0.01, 'grpo.gammaMax': 0.025, 'grpo.steps': 5 };
  const steps = await stepsOf(fields);
  const recipe = withFields(TINY, fields);
  const options = grpoOptions(recipe, await openRewards(recipe));
  let control = startEntropyControl(options.loss.gamma);
  for (const { metrics } of steps) {
    expect(metrics['entropy_coef/in_force']).toBe(gammaInForce(control, options.entropyTarget!));
    control = afterUpdate(control, metrics.entropy!, options.entropyTarget!);
    expect(metrics.entropy_coef).toBe(control.gamma);
  }
  expect(new Set(series(steps, 'entropy_coef/in_force')).size).toBeGreaterThan(1);
});

it.each([
  [{ gammaMin: 2 }, 'r: grpo.gammaMin: is 2; use at most γ maximum, 1'],
  [{ correctionMin: 3 }, 'r: grpo.correctionMin: is 3; use less than the maximum, 3'],
  [
    { samplerCorrection: 'token_truncate', correctionMax: 0 },
    'r: grpo.correctionMax: token_truncate needs a bound to clamp to',
  ],
  [
    { lossType: 'vespo', samplerCorrection: 'sequence_mask' },
    'r: grpo.samplerCorrection: vespo takes token_truncate or token_mask, as in TRL',
  ],
  [{ dynamicDraws: 0 }, 'r: grpo.dynamicDraws: is 0; use 1 to '],
  [{ referenceMixup: 2 }, 'r: grpo.referenceMixup: is 2; use 0 to 1'],
])('%j is refused with its place', (grpo, message) => {
  expect(() => parseRecipe({ grpo }, 'r')).toThrow(message);
});
