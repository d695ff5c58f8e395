/** Time that a recipe takes, from the measured speed of the device. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import { recipeByName } from '../lab/recipe/presets';
import type { LabEvent } from '../lab/run/events';
import { foreseeMemory } from '../lab/run/fittingSetting';
import type { MemoryEstimate } from '../lab/run/memory';
import { SMALL_SIZE } from './cpuSpeed';
import { chooseRecipe, editDraft } from './draft';
import { lab } from './lab';
import { answer } from './question';
import { applyEvent, emptyRun } from './run';
import {
  draftTimes,
  followSpeed,
  forgetSpeed,
  isTypical,
  noteSpeed,
  type Stage,
  smallSeconds,
  totalSeconds,
} from './speed';
import { startTraining } from './start';

const NAME = 'parity-8-nano';
const recipe = recipeByName(NAME);
const memory = { peak: 1, size: { weights: 1000, longest: 50 } } as MemoryEstimate;
const rollouts = recipe.grpo.prompts * recipe.grpo.groupSize;
const DEVICE = 'a GPU';
const note = (stage: Stage, seconds: number, weights = 1000) => noteSpeed({ device: DEVICE, stage, weights, seconds });
const times = () => draftTimes(lab.getState());

beforeEach(() => {
  forgetSpeed();
  chooseRecipe(NAME);
  lab.setState({ source: 'replay', run: emptyRun(), started: null, compute: 'webgpu', memory, question: null });
  lab.setState({ adapter: { kind: 'webgpu', name: DEVICE } });
});

describe('the time of a draft', () => {
  it('is unknown until the stages that it has were measured', () => {
    note('sft', 1e-4);
    expect(times()).toBeNull();
    editDraft('grpo.steps', 0);
    expect(times()).toMatchObject({ sft: recipe.sft.steps * recipe.sft.sequences * 50 * 1e-4, grpo: 0 });
    lab.setState({ memory: null });
    expect(times()).toBeNull();
  });

  it('comes from the nearest size of the same device', () => {
    note('sft', 1e-4);
    note('grpo', 1e-3);
    note('grpo', 5, 1e9);
    noteSpeed({ device: 'other', stage: 'grpo', weights: 1000, seconds: 9 });
    expect(times()?.grpo).toBeCloseTo(recipe.grpo.steps * rollouts * 50 * 1e-3);
    lab.setState({ memory: { ...memory, size: { ...memory.size, weights: 2000 } } });
    expect(times()?.grpo).toBeCloseTo(2 * recipe.grpo.steps * rollouts * 50 * 1e-3);
  });
});

describe('the time of a CPU', () => {
  beforeEach(() => lab.setState({ compute: 'cpu' }));

  it('is that of a typical one until a run here was measured', () => {
    const typical = times()!;
    expect([isTypical(lab.getState()), totalSeconds(typical) > 0]).toEqual([true, true]);
    noteSpeed({ device: 'cpu', stage: 'sft', weights: 1000, seconds: 5 });
    expect([isTypical(lab.getState()), times()!.sft! > typical.sft!, times()!.grpo]).toEqual([
      false,
      true,
      typical.grpo,
    ]);
  });

  it('is known for the small recipe, whatever the draft', async () => {
    expect((await foreseeMemory(recipe, openCpuDevice())).size).toEqual(SMALL_SIZE);
    lab.setState({ memory: { ...memory, size: SMALL_SIZE } });
    expect(smallSeconds()).toBeCloseTo(totalSeconds(times()!));
    expect(smallSeconds()).toBeLessThan(10 * 60);
  });
});

describe('curation', () => {
  beforeEach(() => {
    note('sft', 1e-4);
    note('grpo', 1e-4);
  });

  it('is left out until a sampling was measured, then counts the answers of each selection', () => {
    expect(times()).toMatchObject({ compile: null, curation: 0, evaluation: null });
    editDraft('curation.select', 'band');
    expect(times()?.curation).toBeNull();
    note('evaluation', 1e-3);
    const { pool, samples } = recipe.curation;
    expect(times()?.curation).toBeCloseTo(pool * samples * 50 * 1e-3);
    editDraft('curation.refreshEvery', 10);
    expect(recipe.grpo.steps).toBe(24);
    expect(times()?.curation).toBeCloseTo(3 * pool * samples * 50 * 1e-3);
    editDraft('curation.refreshBy', 'answered');
    note('curation', 2e-3);
    expect(times()?.curation).toBeCloseTo(pool * samples * 50 * 2e-3);
  });
});

it('is measured while a run trains here', () => {
  let clock = 0;
  const end = followSpeed(() => clock);
  const run = emptyRun();
  lab.setState({ source: 'live', status: 'playing', started: { ...recipe }, run });
  const send = (event: object) => {
    applyEvent(run, event as LabEvent);
    lab.setState(({ version }) => ({ version: version + 1 }));
  };
  send({ type: 'start', recipe, parameters: 1000 });
  send({ type: 'stage', stage: 'compile' });
  clock += 5;
  send({ type: 'stage', stage: 'sft' });
  for (let step = 1; step <= 6; step++) send({ type: 'sft', step, step_time: 2, num_tokens: step });
  send({ type: 'stage', stage: 'evaluate' });
  clock += 8;
  send({ type: 'evaluation', stage: 'sft' });
  send({ type: 'stage', stage: 'curate' });
  lab.setState({ status: 'paused' });
  clock += 100;
  lab.setState({ status: 'playing' });
  send({ type: 'stage', stage: 'compile' });
  clock += 2;
  send({ type: 'stage', stage: 'grpo' });
  const groups: unknown[] = [];
  for (let step = 1; step <= 6; step++)
    send({ type: 'grpo', step, step_time: 3, metrics: { num_tokens: step }, groups });
  end();
  const found = times();
  expect(found?.sft).toBeCloseTo(2 * recipe.sft.steps);
  expect(found?.grpo).toBeCloseTo(3 * recipe.grpo.steps);
  expect(found?.evaluation).toBeCloseTo(2 * 8);
  expect(found?.compile).toBeCloseTo(5 + 2);
  editDraft('curation.select', 'band');
  const answers = recipe.curation.pool * recipe.curation.samples;
  const evaluated = 2 * recipe.evaluation.problems * (1 + recipe.evaluation.others.length);
  expect(times()?.curation, 'the pause is no measurement').toBeCloseTo((answers / evaluated) * 8);
});

it('over 30 minutes raises a question that names the setting with the largest share', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(1e9);
  note('sft', 1e-6);
  note('grpo', 10);
  expect(totalSeconds(times()!)).toBeGreaterThan(1800);
  const started = startTraining();
  await vi.waitFor(() => expect(lab.getState().question).not.toBeNull());
  expect(lab.getState().question?.reasons).toEqual([
    expect.stringMatching(
      /takes about \d+ h \d+ min on this device. Fewer GRPO steps \(grpo.steps\) would help most: 100 %/,
    ),
  ]);
  answer(false);
  await started;
  expect(lab.getState().source).toBe('replay');
});
