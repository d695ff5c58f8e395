/** Forks: which changes of a recipe continue from a checkpoint, and which are refused by field. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { SupervisedTrainer } from '../../train/supervised';
import { type Recipe, withFields } from '../recipe/recipe';
import { type Checkpoint, checkpointName } from './checkpoint';
import { expectSameTensors, runWhole, SMALLEST, stored } from './continued.fixture';
import { EventReader } from './eventReader';
import { eventToLine, type LabEvent, type ResumeEvent } from './events';
import { forkCheckpoint } from './fork';
import { run } from './run';
import { Session } from './session';
import { RunRecord } from './stopped';
import { trainedBatch } from './trainedBatch';

const QUICK = withFields(SMALLEST, { 'evaluation.problems': 1 });
const checkpoints = new Map<string, Checkpoint>();
beforeAll(async () => {
  const whole = await runWhole(openCpuDevice, QUICK, { keep: () => true });
  for (const { checkpoint } of whole.checkpoints) checkpoints.set(checkpointName(checkpoint), checkpoint);
});
const forked = (name: string, fields: Readonly<Record<string, unknown>>) =>
  forkCheckpoint(checkpoints.get(name)!, withFields(QUICK, fields));

async function journal(checkpoint: Checkpoint): Promise<LabEvent[]> {
  const session = new Session(openCpuDevice(), checkpoint.recipe);
  const events: LabEvent[] = [];
  for await (const event of run(session, { checkpoint: stored(checkpoint) })) events.push(event);
  session.destroy();
  return events;
}

describe('a fork', () => {
  it.each([
    ['sft-2', { 'sft.learningRate': 1e-3, 'sft.steps': 5 }, 'kept'],
    ['sft-2', { 'sft.optimizer': 'muon' }, 'fresh'],
    ['sft-4', { 'sft.steps': 6, 'grpo.lossType': 'dapo' }, 'kept'],
    ['sft-2', { 'data.rlClusters': [{ task: 'addition', level: 1, problems: 0, epochs: 1 }] }, 'kept'],
    ['grpo-0', { 'grpo.beta': 0.5, 'grpo.optimizer': 'muon' }, 'none'],
    ['grpo-1', { 'grpo.beta': 0, 'reward.accuracy': 2, 'grpo.entropyTarget': 10, 'grpo.updates': 2 }, 'kept'],
    ['grpo-3', { 'grpo.steps': 4, 'grpo.optimizer': 'muon' }, 'fresh'],
    ['grpo-0', { 'curation.select': 'random', 'curation.pool': 4, 'curation.samples': 2 }, 'none'],
  ])('from %s with %j runs to its end and reads as a journal', async (name, fields, optimizer) => {
    const fork = forked(name, fields);
    expect(fork.optimizer).toBe(optimizer);
    expect([...fork.fields].sort()).toEqual(Object.keys(fields).sort());
    const events = await journal(fork.checkpoint);
    const reader = new EventReader();
    for (const [i, event] of events.entries()) reader.read(eventToLine(event), `line ${i + 1}`);
    expect(events[0]).toMatchObject({ type: 'start', recipe: fork.checkpoint.recipe });
    const resume = events[1] as ResumeEvent;
    expect(`${resume.stage}-${resume.step}`).toBe(name);
    expect(resume.fork).toMatchObject({ fields: fork.fields, optimizer });
    const { summary } = events.find((event) => event.type === 'end')!;
    const { sft, grpo } = fork.checkpoint.recipe;
    expect([summary.sft.steps, summary.grpo.steps]).toEqual([sft.steps, grpo.steps]);
    expect(summary.base).toBeDefined();
  });

  it('without a change continues to the bit', async () => {
    const [whole, fork] = [await runWhole(openCpuDevice, QUICK), forked('grpo-1', { title: 'Again' })];
    const rest = await runWhole(openCpuDevice, fork.checkpoint.recipe, { checkpoint: fork.checkpoint });
    expectSameTensors(rest.weights, whole.weights);
    expect(rest.lines.slice(2)).toEqual(whole.lines.slice(-rest.lines.length + 2));
  });

  it.each([
    ['sft-0', 'model.width', 32],
    ['grpo-1', 'model.kvHeads', 4],
    ['sft-2', 'precision', 'f16'],
    ['sft-2', 'task.level', 6],
    ['sft-2', 'data.clusters', [{ task: 'addition', level: 1, problems: 0, epochs: 1 }]],
    ['sft-2', 'sft.steps', 1],
    ['grpo-0', 'sft.learningRate', 1e-3],
    ['grpo-1', 'curation.select', 'band'],
    ['grpo-0', 'seed', 9],
    ['grpo-2', 'evaluation.problems', 2],
    ['grpo-2', 'evaluation.temperature', 0.5],
    ['grpo-1', 'task.name', 'addition'],
    ['grpo-1', 'data.rlClusters', [{ task: 'addition', level: 1, problems: 0, epochs: 1 }]],
    ['grpo-2', 'grpo.steps', 1],
  ])('from %s refuses a change of %s', (name, field, value) => {
    const more = field === 'task.name' ? { 'task.level': 2 } : {};
    expect(() => forked(name, { [field]: value, ...more })).toThrow(`fork of ${name}: ${field}: `);
  });
});

describe('a fork of SFT with another seed or evaluation', () => {
  const inSft = (fields: Readonly<Record<string, unknown>>) => forked('sft-2', fields).checkpoint;

  it.each([
    ['seed', 9],
    ['evaluation.problems', 2],
    ['evaluation.temperature', 0.5],
    ['evaluation.others', [{ task: 'addition', level: 1 }]],
  ])('has no baseline if it changes %s', async (field, value) => {
    const { summary } = (await journal(inSft({ [field]: value }))).find((event) => event.type === 'end')!;
    expect(summary.base).toBeUndefined();
    expect(summary.sft.steps).toBe(4);
  });

  it('measures the baseline again before the first step', async () => {
    const events = await journal(forked('sft-0', { seed: 9 }).checkpoint);
    expect(events.filter((event) => event.type === 'evaluation').map(({ stage }) => stage)).toEqual([
      ...['base', 'sft', 'grpo'],
    ]);
  });

  it('draws the remaining data from the start of the seed, and without another seed from the cursor', async () => {
    const batches = async (checkpoint: Checkpoint) => {
      const step = vi.spyOn(SupervisedTrainer.prototype, 'step');
      await journal(checkpoint);
      // the first calls are those of the memory estimate
      const ids = step.mock.calls.slice(-2).map(([examples]) => examples.map(({ ids }) => ids));
      step.mockRestore();
      return ids;
    };
    const idsOf = (recipe: Recipe, step: number) => trainedBatch(recipe, step).map(({ ids }) => ids);
    const seeded = withFields(QUICK, { seed: 9 });
    expect(await batches(inSft({ seed: 9 }))).toEqual([idsOf(seeded, 1), idsOf(seeded, 2)]);
    expect(await batches(inSft({ 'sft.learningRate': 1e-4 }))).toEqual([idsOf(QUICK, 3), idsOf(QUICK, 4)]);
  });
});

it('a fork of a run without GRPO selects problems before its first step', async () => {
  const select = { 'curation.select': 'random', 'curation.pool': 4, 'curation.samples': 2 };
  const before = withFields(QUICK, { ...select, 'grpo.steps': 0 });
  const keep = (name: string) => name === 'grpo-0';
  const { checkpoint } = (await runWhole(openCpuDevice, before, { keep })).checkpoints[0]!;
  const fork = forkCheckpoint(checkpoint, withFields(before, { 'grpo.steps': 2 })).checkpoint;
  const whole = await runWhole(openCpuDevice, fork.recipe, { checkpoint: fork, keep });
  const kinds = whole.lines.map((line) => JSON.parse(line)).map(({ type, stage }) => stage ?? type);
  expect(kinds.slice(0, 5)).toEqual(['start', 'grpo', 'curate', 'curation', 'compile']);
  const [selected] = whole.checkpoints;
  expect(selected!.lines).toBe(4);
  const rest = await runWhole(openCpuDevice, fork.recipe, { checkpoint: selected!.checkpoint });
  expect(rest.lines.slice(1)).toEqual(whole.lines.slice(4));
  expectSameTensors(rest.weights, whole.weights);
});

describe('a journal', () => {
  const read = (events: readonly LabEvent[]) => {
    const reader = new EventReader();
    for (const [i, event] of events.entries()) reader.read(eventToLine(event), `line ${i + 1}`);
  };

  it('with lines after the checkpoint is refused at "resume"', async () => {
    const fork = await journal(forked('grpo-1', { title: 'Again' }).checkpoint);
    const resume: ResumeEvent = { type: 'resume', stage: 'grpo', step: 1, adapter: 'CPU reference', device: 'cpu' };
    const steps = fork.slice(0, 4); // start, resume, steps 2 and 3
    expect(steps.map(({ type }) => type)).toEqual(['start', 'resume', 'grpo', 'grpo']);
    read(fork);
    expect(() => read([...steps, resume])).toThrow('line 5: step: 1, but 3 were taken; drop the lines after');
    expect(() => read([...steps, fork[1]!])).toThrow('line 5: fork: follows other events than "start"');
    expect(() => read([...steps, { ...resume, stage: 'sft', step: 4 }])).toThrow(
      'line 5: stage: "sft", but SFT has ended',
    );
    read([...steps, { ...resume, step: 3 }, ...fork.slice(4)]);
  });

  it('of a fork gives the summary of a stopped run with the steps before it', async () => {
    const record = new RunRecord(QUICK);
    for (const event of (await journal(forked('grpo-1', { title: 'Again' }).checkpoint)).slice(0, 3)) record.add(event);
    expect(record.last).toEqual({ stage: 'grpo', step: 2 });
    const run = { recipe: 'custom', seed: 0, adapter: 'cpu', peak_bytes: 1 };
    const summary = record.stoppedSummary(run, { reason: 'SIGINT', stage: 'grpo', step: 2 });
    expect([summary.sft.steps, summary.grpo.steps]).toEqual([4, 2]);
    expect(summary.sft.sampled_accuracy).toBeDefined();
  });
});
