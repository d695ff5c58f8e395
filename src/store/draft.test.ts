/** The draft: dependent fields and their undo, recipes by name, refused edits. */
import { beforeEach, describe, expect, it } from 'vitest';
import { taskByName } from '../tasks';
import {
  addToDraft,
  chooseRecipe,
  draftChanges,
  dropRefused,
  editDraft,
  fillDraft,
  loadRecipe,
  removeFromDraft,
  undoFollowing,
} from './draft';
import { lab } from './lab';

const draft = () => lab.getState().draft;
beforeEach(() => chooseRecipe('parity-12'));

describe('another task', () => {
  it('sets its own level and lengths that fit its traces, and says so', () => {
    editDraft('task.name', 'addition');
    expect(draft().task).toEqual({ ...draft().task, name: 'addition', level: taskByName('addition').level.initial });
    expect(draft().reward.lMax).toBeGreaterThan(taskByName('addition').longestTrace(2, 'long'));
    expect(lab.getState().alsoChanged?.words).toContain(`L max ${draft().reward.lMax}`);
  });

  it('keeps its level when the lengths are restored', () => {
    const { lMax, lPos, lNeg } = draft().reward;
    editDraft('task.name', 'addition');
    undoFollowing();
    expect(draft().reward).toMatchObject({ lMax, lPos, lNeg });
    expect(draft().task.name).toBe('addition');
    expect(lab.getState().alsoChanged).toBeNull();
  });

  it('alone changes the lengths: another field keeps lengths that the user set', () => {
    editDraft('reward.lMax', 64);
    editDraft('grpo.steps', 3);
    expect(draft().reward.lMax).toBe(64);
    expect(draftChanges(draft())).toEqual(['grpo.steps', 'reward.lMax']);
  });
});

it('loads a recipe by name with fields set, opens the drawer, and refuses invalid fields', () => {
  loadRecipe('parity-8-nano', { 'grpo.steps': 5, seed: 3 });
  expect([draft().name, draft().grpo.steps, draft().seed]).toEqual(['parity-8-nano', 5, 3]);
  expect(lab.getState().newRun).toBe('fields');
  const before = draft();
  expect(() => loadRecipe('parity-8-nano', { 'grpo.stepz': 5 })).toThrow(/grpo\.stepz/);
  expect(() => loadRecipe('nothing', {})).toThrow(/there is no recipe "nothing"/);
  expect(draft()).toBe(before);
});

it('says at the weight and at the program of a custom term which to set first', () => {
  editDraft('reward.custom', 0.5);
  expect(draft().reward.custom).toBe(0);
  expect(lab.getState().draftErrors['reward.custom']).toMatch(
    /no JavaScript yet: write it below, then set this weight/,
  );
  expect(lab.getState().draftErrors['reward.customSource']).toMatch(/Write it here first/);
  editDraft('reward.customSource', '(rollout) => rollout.length');
  expect(lab.getState().draftErrors).toEqual({});
  editDraft('reward.custom', 0.5);
  expect(draft().reward).toMatchObject({ custom: 0.5, customSource: '(rollout) => rollout.length' });
  editDraft('reward.customSource', ' ');
  expect(Object.keys(lab.getState().draftErrors)).toEqual(['reward.custom', 'reward.customSource']);
  editDraft('reward.custom', 0);
  editDraft('reward.customSource', '');
  expect([draft().reward.custom, draft().reward.customSource, lab.getState().draftErrors]).toEqual([0, '', {}]);
});

it('changes to own problems once there are some, and accepts another file with other levels', async () => {
  const file = (level: number) =>
    Array.from({ length: 40 }, (_, i) =>
      JSON.stringify({ prompt: `${level} + ${i}`, answer: `${level + i}`, level }),
    ).join('\n');
  editDraft('task.name', 'calendar');
  editDraft('task.name', 'own');
  expect(lab.getState().draftErrors['task.name']).toMatch(/the task own has no problems; add a file of them/);
  await fillDraft('own.problems', file(7), 'mine.jsonl');
  editDraft('task.name', 'own');
  expect([draft().task, lab.getState().draftErrors]).toEqual([{ name: 'own', level: 7 }, {}]);
  await fillDraft('own.problems', file(2), 'other.jsonl');
  expect([draft().task.level, lab.getState().draftErrors]).toEqual([2, {}]);
});

describe('a refused edit', () => {
  const refused = () => Object.entries(lab.getState().refused).map(([path, { text }]) => [path, text]);

  it('stays in its field as typed, with its fault, while other fields change', () => {
    editDraft('grpo.groupSize', 1);
    editDraft('sft.steps', Number.NaN, 'many');
    editDraft('grpo.steps', 7);
    expect([draft().grpo.groupSize, draft().sft.steps, draft().grpo.steps]).toEqual([8, 300, 7]);
    expect(refused()).toEqual([
      ['grpo.groupSize', '1'],
      ['sft.steps', 'many'],
    ]);
    expect(Object.keys(lab.getState().draftErrors)).toEqual(['grpo.groupSize', 'sft.steps']);
    editDraft('grpo.groupSize', 4);
    expect([draft().grpo.groupSize, refused()]).toEqual([4, [['sft.steps', 'many']]]);
    dropRefused();
    expect([draft().sft.steps, refused(), lab.getState().draftErrors]).toEqual([300, [], {}]);
  });

  it('is applied as soon as it is valid, alone or together with another', () => {
    editDraft('reward.lPos', 30); // past L max, which is 24
    expect(refused()).toEqual([['reward.lPos', '30']]);
    editDraft('reward.lMax', 40);
    expect([draft().reward.lPos, draft().reward.lMax, refused()]).toEqual([30, 40, []]);
    editDraft('model.heads', 3);
    editDraft('model.kvHeads', 3);
    expect(refused().length).toBeGreaterThan(0);
    editDraft('model.width', 96);
    expect([draft().model, refused()]).toEqual([{ ...draft().model, heads: 3, kvHeads: 3, width: 96 }, []]);
  });

  it('of an item is removed with its item, and moves up with it', () => {
    for (let i = 0; i < 3; i++) addToDraft('data.clusters', [{ task: 'parity', level: 5 + i, problems: 0, epochs: 1 }]);
    editDraft('data.clusters.1.epochs', Number.NaN, 'x');
    editDraft('data.clusters.2.epochs', Number.NaN, 'y');
    removeFromDraft('data.clusters', 1);
    expect(refused()).toEqual([['data.clusters.1.epochs', 'y']]);
    removeFromDraft('data.clusters', 1);
    expect(refused()).toEqual([]);
  });

  it('can be a file; another recipe starts without it', async () => {
    await fillDraft('data.clusters', '{"task":', 'mine.jsonl');
    expect(refused()).toEqual([['data.clusters', 'mine.jsonl']]);
    expect(lab.getState().draftErrors['data.clusters']).toContain('mine.jsonl: line 1');
    chooseRecipe('parity-8-nano');
    expect([refused(), lab.getState().draftErrors]).toEqual([[], {}]);
  });
});
