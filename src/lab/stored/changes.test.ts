/** Applied changes of stored runs: the journal keeps them, and a continuation repeats those that it computes again. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type MemoryFiles, memoryFiles } from '../../runs/memoryFiles';
import { RunFolder } from '../../runs/runFolder';
import { withFields } from '../recipe/recipe';
import { ChangeQueue } from '../run/changes';
import { SMALLEST } from '../run/continued.fixture';
import { changeMark, recipeAt } from './changes';
import { continueStored } from './continuation';
import { expectSameResult, record, recordNew, recordRest, resultOf } from './stored.fixture';

const RECIPE = withFields(SMALLEST, {
  ...{ 'evaluation.problems': 1, 'evaluation.base': false, 'grpo.steps': 4 },
  ...{ 'checkpoints.everySteps': 2, 'checkpoints.everySeconds': 0 },
});
const CHANGES = {
  'sft-1': { 'sft.weightDecay': 0.5 },
  'grpo-1': { 'reward.brevity': 0.5, 'grpo.maxGradNorm': 0.1 },
  'grpo-3': { 'grpo.temperature': 0.7 },
};
const queued = () => {
  const queue = new ChangeQueue();
  for (const [name, fields] of Object.entries(CHANGES)) {
    const [stage, step] = name.split('-') as ['sft' | 'grpo', string];
    queue.add(fields, { stage, step: Number(step) }).catch(() => {});
  }
  return queue;
};

const whole = memoryFiles();
let changed: Awaited<ReturnType<typeof resultOf>>;
beforeAll(async () => {
  await recordNew(whole, RECIPE, { changes: queued() });
  changed = await resultOf(whole);
});

it('the journal has each change under its mark, and gives the recipe of each step', async () => {
  const { journal, recipe } = await RunFolder.open(whole);
  expect(recipe).toEqual(RECIPE);
  const found = journal.find(changeMark({ stage: 'grpo', step: 1 }))!;
  expect((await journal.event(found)).text).toContain('"reward.brevity":{"from":0,"to":0.5}');
  const after = withFields(RECIPE, { ...CHANGES['sft-1'], ...CHANGES['grpo-1'] });
  expect(await recipeAt(journal, journal.find('grpo-2')!, RECIPE)).toEqual(after);
  expect(await recipeAt(journal, journal.find('grpo-1')!, RECIPE)).toEqual(withFields(RECIPE, CHANGES['sft-1']));
});

describe('a run that dies after a change', () => {
  /** Changes in the journal of a folder. */
  const changesIn = async (files: MemoryFiles) => {
    const { journal } = await RunFolder.open(files);
    return ['sft-1', 'grpo-1', 'grpo-3'].filter((name) => journal.find(`apply-${name}`) !== null);
  };

  /** Dies as soon as the journal has an event, and returns what is left. */
  async function dieAfter(mark: string) {
    const files = memoryFiles();
    const dying = new Error('died');
    const onEvent = async () => {
      if ((await RunFolder.open(files.survivors())).journal.find(mark) !== null) throw dying;
    };
    await expect(recordNew(files, RECIPE, { changes: queued(), onEvent })).rejects.toBe(dying);
    return files.survivors();
  }

  it.each([
    ['sft-2', ['sft-1']],
    ['grpo-2', ['sft-1', 'grpo-1']],
    ['apply-grpo-3', ['sft-1', 'grpo-1', 'grpo-3']],
  ])('repeats it to the bit after %s', async (mark, applied) => {
    const files = await dieAfter(mark);
    expect(await changesIn(files)).toEqual(applied);
    const { recipe } = await RunFolder.open(files);
    expect(recipe).toEqual(RECIPE);
    await recordRest(files, { changes: applied.includes('grpo-3') ? null : queued() });
    await expectSameResult(files, changed);
  });

  it('repeats it if it dies again before the change', async () => {
    let files = await dieAfter('apply-grpo-3');
    for (const { folder, name } of await (await RunFolder.open(files)).checkpoints())
      if (name !== 'sft-2') await files.remove(folder);
    for (let i = 0; i < 2; i++) {
      const { folder, recipe, from } = await continueStored(files); // cuts the journal, and dies
      expect([from!.info.name, recipe.sft.weightDecay]).toEqual(['sft-2', 0.5]);
      expect(folder.meta!.repeats).toHaveLength(2);
      expect(await changesIn(files)).toEqual(['sft-1']);
      files = files.survivors();
    }
    const { folder, recipe, from } = await continueStored(files);
    await record(folder, recipe, from);
    await expectSameResult(files, changed);
  });
});
