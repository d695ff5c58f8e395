/** Changes of the recipe, forks, and phases one at a time, as the page asks a training for them. */
import { expect, it } from 'vitest';
import { withFields } from '../lab/recipe/recipe';
import { SMALLEST } from '../lab/run/continued.fixture';
import type { LabEvent } from '../lab/run/events';
import { filesWithin } from '../runs/files';
import { Journal } from '../runs/journal';
import { type MemoryFiles, memoryFiles } from '../runs/memoryFiles';
import { RunFolder } from '../runs/runFolder';
import { forkStart } from './forkedRun';
import { NAME, page } from './training.fixture';

const RECIPE = withFields(SMALLEST, {
  ...{ 'checkpoints.everySeconds': 0, 'checkpoints.everySteps': 1, 'evaluation.problems': 1 },
});
const FORK = `${NAME}-2`;
const CHANGE = { 'reward.brevity': 0.5, 'grpo.scaleRewards': 'none' };

async function eventsOf(files: MemoryFiles, name = NAME): Promise<LabEvent[]> {
  const events: LabEvent[] = [];
  for await (const { text } of (await Journal.open(filesWithin(files, name))).read()) events.push(JSON.parse(text));
  return events;
}
const stepsOf = (events: readonly LabEvent[]) =>
  JSON.parse(
    JSON.stringify(
      events.filter(({ type }) => type === 'grpo'),
      (key, value) => (key === 'step_time' ? 0 : value),
    ),
  );

it('a change answers with its event, lies in the journal, and a continuation repeats it', async () => {
  const files = memoryFiles();
  const { training, driver, hooks } = page(files);
  let answer: Promise<unknown> = Promise.resolve();
  hooks.event = (event) => {
    if (event.type === 'grpo' && event.step === 1) answer = training.changes.apply(CHANGE);
    if (event.type === 'grpo' && event.step === 2) driver.stop();
  };
  await training.train(RECIPE, 'cpu');
  const change = (await eventsOf(files)).find(({ type }) => type === 'apply');
  expect(change).toMatchObject({ stage: 'grpo', step: 1, fields: { 'reward.brevity': { from: 0, to: 0.5 } } });
  expect(await answer).toEqual(change);

  const whole = memoryFiles();
  const unbroken = page(whole);
  unbroken.hooks.event = (event) => {
    if (event.type === 'grpo' && event.step === 1) void unbroken.training.changes.apply(CHANGE);
  };
  await unbroken.training.train(RECIPE, 'cpu');
  await filesWithin(files, NAME).remove('checkpoints/grpo-2');
  await page(files).training.continue(NAME, 'cpu');
  expect(stepsOf(await eventsOf(files))).toEqual(stepsOf(await eventsOf(whole)));
});

it('names a field that the run refuses, at once and while it is paused; a run that stops refuses what waits', async () => {
  const files = memoryFiles();
  const { training, driver, hooks, messages } = page(files);
  await expect(training.changes.apply(CHANGE)).rejects.toThrow('no run trains here');
  hooks.event = (event) => event.type === 'grpo' && event.step === 1 && driver.pause();
  const done = training.train(RECIPE, 'cpu');
  await expect.poll(() => messages.at(-1)).toMatchObject({ type: 'saved', place: { stage: 'grpo', step: 1 } });
  await expect(training.changes.apply({ 'reward.lMax': 64 })).rejects.toThrow('reward.lMax: sets the size of buffers');
  await expect(training.changes.apply({ 'reward.accuracy': 99 })).rejects.toThrow('reward.accuracy');
  const waiting = training.changes.apply(CHANGE);
  const refused = expect(waiting).rejects.toThrow('did not change; apply it again when the run continues');
  driver.stop();
  await done;
  await refused;
});

it('a fork is a run of its own; its first step equals that of its parent under the old reward', async () => {
  const files = memoryFiles();
  await page(files).training.train(RECIPE, 'cpu');
  const asked = { run: NAME, checkpoint: 'grpo-1', title: 'Fork', fields: {} };
  const refused = forkStart({ files }, { ...asked, fields: { 'model.layers': 2 } });
  await expect(refused).rejects.toThrow('model.layers: belongs to the weights');
  await expect(forkStart({ files }, { ...asked, checkpoint: 'grpo-9' })).rejects.toThrow('it has');

  const other = page(files);
  await other.training.fork(await forkStart({ files }, asked), 'webgpu');
  expect(other.messages.at(-1)).toEqual({ type: 'stopped' });
  const [parent, fork] = [await eventsOf(files), await eventsOf(files, FORK)].map(stepsOf);
  expect(fork).toEqual(parent.slice(1));
  const { meta } = await RunFolder.open(filesWithin(files, FORK));
  expect(meta).toMatchObject({ title: 'Fork', parent: { run: NAME, stage: 'grpo', step: 1 } });

  const edited = page(files);
  const start = await forkStart({ files }, { ...asked, fields: { 'reward.accuracy': 0, 'reward.length': 1 } });
  await edited.training.fork(start, 'cpu');
  const [first] = stepsOf(await eventsOf(files, `${NAME}-3`));
  const rolloutsOf = (step: typeof first) =>
    step.groups.flatMap(({ rollouts }: { rollouts: { text: string; parts: { name: string }[] }[] }) => rollouts);
  expect(rolloutsOf(first).map(({ text }: { text: string }) => text)).toEqual(
    rolloutsOf(parent[1]).map(({ text }: { text: string }) => text),
  );
  expect(rolloutsOf(first)[0].parts.map(({ name }: { name: string }) => name)).toEqual(['repetition', 'length']);
});

it('goes phase by phase, and then equals a run without a hold', async () => {
  const files = memoryFiles();
  const { training, driver, hooks, run, phases, messages } = page(files);
  hooks.event = (event) => event.type === 'grpo' && event.step === 1 && driver.pause();
  const done = training.train(RECIPE, 'cpu');
  await expect.poll(() => messages.at(-1)).toMatchObject({ type: 'saved', place: { stage: 'grpo', step: 1 } });
  const rest = () => new Promise((resolve) => setTimeout(resolve, 50));
  for (const [n, phase] of ['collect', 'score', 'advantages'].entries()) {
    driver.stepPhase();
    await expect.poll(() => phases.length).toBe(n + 1);
    expect(phases[n]).toMatchObject({ phase, step: 2 });
    await rest();
    expect([phases.length, run.grpo.length]).toEqual([n + 1, 1]);
  }
  expect(phases[0]!.groups[0]!.rollouts[0]).not.toHaveProperty('reward');
  expect(phases[2]!.groups[0]!.rollouts[0]).toHaveProperty('advantage');
  driver.stepPhase();
  await expect.poll(() => run.grpo.length).toBe(2);
  await rest();
  expect(phases).toHaveLength(4);
  driver.stepPhase();
  await expect.poll(() => phases.length).toBe(5);
  driver.resume();
  await done;
  const whole = memoryFiles();
  await page(whole).training.train(RECIPE, 'cpu');
  expect(stepsOf(await eventsOf(files))).toEqual(stepsOf(await eventsOf(whole)));
  expect(phases).toHaveLength(8); // a held step ends with its phases
});
