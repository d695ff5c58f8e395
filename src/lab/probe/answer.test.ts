/** A saved model evaluated: repeatable, resumable, and with the spread that other seeds show. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldOutProblems } from '../../data/problems';
import type { EvaluationRun } from '../../eval/report';
import { evaluationReport, passRates } from '../../eval/report';
import type { SavedModel } from '../../formats/model';
import type { Device } from '../../gpu/device';
import { openNodeDevice } from '../../gpu/node';
import { mean, standardDeviation } from '../../stats';
import { taskByName } from '../../tasks';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import { run } from '../run/run';
import { Session } from '../run/session';
import { curatePool, evaluationRuns } from './answer';

const parity = taskByName('parity');
const problems = heldOutProblems(parity, 8, 24, 0);
const sampling = { temperature: 1, maxNew: 18, seed: 5 };

let device: Device;
let model: SavedModel;
beforeAll(async () => {
  device = await openNodeDevice();
  // answers in form and is right about half of the time
  const recipe = withFields(recipeByName('parity-8-nano'), {
    'model.layers': 1,
    'sft.steps': 90,
    'grpo.steps': 0,
    'evaluation.problems': 1,
  });
  const session = new Session(device, recipe);
  for await (const _ of run(session));
  const { config, tokenizer } = session;
  model = { config, tokenizer, tensors: await session.weights.read() };
  session.destroy();
});
afterAll(() => device.destroy());

const runs = (count: number, seed = sampling.seed, finished: readonly EvaluationRun[] = []) =>
  evaluationRuns(device, model, parity, problems, count, { ...sampling, seed }, finished);

describe('runs', () => {
  it('give the same numbers for the same seed, and others for another', async () => {
    const first = await runs(3);
    expect(await runs(3)).toEqual(first);
    const other = await runs(3, 6);
    expect(other.map(({ answers }) => answers)).not.toEqual(first.map(({ answers }) => answers));
    const seeds = [...first, ...other].map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(6);
  });

  it('go on from finished ones as if they had never stopped', async () => {
    const whole = await runs(4);
    const seen: number[] = [];
    const resumed = await evaluationRuns(device, model, parity, problems, 4, sampling, whole.slice(0, 2), (one) =>
      seen.push(one.run),
    );
    expect(resumed).toEqual(whole);
    expect(seen).toEqual([3, 4]);
    expect(await runs(2, sampling.seed, whole)).toEqual(whole.slice(0, 2));
  });

  it('report the sd that other seeds show, and that their pass rates foretell', async () => {
    const all = await runs(120, 100);
    const rates = passRates(all);
    const theory = Math.sqrt(rates.reduce((sum, p) => sum + p * (1 - p), 0)) / rates.length;
    const { accuracy } = evaluationReport(all);
    expect(accuracy.mean).toBeGreaterThan(0.2);
    expect(accuracy.mean).toBeLessThan(0.9);
    // 120 runs estimate an sd within 6.5 %; the bound is three times that
    expect(Math.abs(accuracy.sd! / theory - 1)).toBeLessThan(0.2);
    const means: number[] = [];
    const seen: number[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const { accuracy } = evaluationReport(await runs(5, seed));
      means.push(accuracy.mean);
      seen.push(accuracy.standardErrorOverRuns! ** 2);
    }
    // the spread of 40 evaluations strays by 11 %, taken three times
    expect(Math.abs(standardDeviation(means) / Math.sqrt(mean(seen)) - 1)).toBeLessThan(0.34);
  });
});

it('a pool is curated in its order, each problem with a reason', async () => {
  const pool = [...problems, problems[3]!].map((problem) => ({ task: parity, level: 8, problem }));
  const evaluation = { task: parity, level: 8, problems: problems.slice(0, 2) };
  const options = {
    ...sampling,
    select: 'band',
    samples: 4,
    low: 0.2,
    high: 0.8,
    dedupe: 1,
    decontaminate: 1,
  } as const;
  const curated = await curatePool(device, model, pool, [evaluation], options);
  expect(curated.map(({ problem }) => problem)).toEqual(pool);
  expect(curated.slice(0, 2).map(({ reason }) => reason.split(':')[0])).toEqual(['contaminated', 'contaminated']);
  expect(curated.at(-1)).toMatchObject({
    passRate: null,
    kept: false,
    reason: `duplicate: the same as ${problems[3]!.prompt}`,
  });
  const rated = curated.slice(2, -1);
  for (const { passRate, kept } of rated) {
    expect((passRate! * 4) % 1).toBe(0);
    expect(kept).toBe(passRate! >= 0.2 && passRate! <= 0.8);
  }
  expect(await curatePool(device, model, pool, [evaluation], options)).toEqual(curated);
});
