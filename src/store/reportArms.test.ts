/** Next step of an arm, and the time that its rest takes. */
import { beforeEach, expect, it } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import { recipeOfRun } from '../lab/report/arm';
import { experimentById } from '../lab/report/index';
import type { StoredArm } from '../lab/report/storedArms';
import { estimateMemory } from '../lab/run/memory';
import { stepSizeOf } from '../lab/run/stepSize';
import { armSeconds, nextRun } from './reportArms';
import { forgetSpeed, noteSpeed } from './speed';

const arm = experimentById('E6').arms[0]!;
const evaluated = experimentById('E7').arms[0]!;
const on = { compute: 'webgpu', adapter: { kind: 'webgpu', name: 'a GPU' } } as const;
const stored = (of: typeof arm, ...ended: readonly (boolean | null)[]): StoredArm => ({
  ...{ arm: of.arm, seed: 0, answers: null, cells: null },
  runs: ended.map((hasEnded) =>
    hasEnded === null ? null : { run: 'r', title: '', hasEnded, adapter: '', checkpoint: null },
  ),
});

beforeEach(forgetSpeed);

it('the next run is the first that has not ended', () => {
  expect(nextRun(arm, null)).toBe(0);
  expect(nextRun(arm, stored(arm, true, null))).toBe(1);
  expect(nextRun(arm, stored(arm, false, true))).toBe(0);
  expect(nextRun(arm, stored(arm, true, true))).toBeNull();
});

it('the counts of a recipe need no device, and are those of the memory estimate', async () => {
  for (const run of [...arm.runs, ...evaluated.runs]) {
    const recipe = recipeOfRun(run, 0);
    expect(stepSizeOf(recipe)).toEqual((await estimateMemory(recipe, openCpuDevice())).size);
  }
});

const sizes = Object.fromEntries(
  [...arm.runs, ...evaluated.runs].map((run) => [run.name, stepSizeOf(recipeOfRun(run, 0))]),
);

it('the time counts what is left, the answers of an evaluation included', () => {
  expect(armSeconds(arm, null, on, sizes)).toBeNull();
  expect(armSeconds(arm, null, on, {})).toBeNull();
  const [recipe, other] = arm.runs.map((run) => recipeOfRun(run, 0));
  const { weights, longest } = stepSizeOf(recipe!);
  noteSpeed({ device: 'a GPU', stage: 'sft', weights, seconds: 1e-4 });
  const sft = recipe!.sft.steps * recipe!.sft.sequences * longest * 1e-4;
  expect(armSeconds(arm, null, on, sizes)).toBeCloseTo(2 * sft);
  expect(other!.sft.steps).toBe(recipe!.sft.steps);
  expect(armSeconds(arm, stored(arm, true, null), on, sizes)).toBeCloseTo(sft);
  const size = stepSizeOf(recipeOfRun(evaluated.runs[0]!, 0));
  expect(armSeconds(evaluated, stored(evaluated, true), on, sizes)).toBeNull();
  noteSpeed({ device: 'a GPU', stage: 'evaluation', weights: size.weights, seconds: 1e-4 });
  expect(armSeconds(evaluated, stored(evaluated, true), on, sizes)).toBeCloseTo(1500 * size.longest * 1e-4);
});
