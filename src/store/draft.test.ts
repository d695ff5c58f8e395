/** The draft: what a choice brings with it and how it is set back, recipes loaded by name. */
import { beforeEach, describe, expect, it } from 'vitest';
import { taskByName } from '../tasks';
import { chooseRecipe, draftChanges, editDraft, fillDraft, loadRecipe, undoFollowing } from './draft';
import { lab } from './lab';

const draft = () => lab.getState().draft;
beforeEach(() => chooseRecipe('parity-12'));

describe('another task', () => {
  it('comes with a level of its own and lengths that its traces fit, and says so', () => {
    editDraft('task.name', 'addition');
    expect(draft().task).toEqual({ ...draft().task, name: 'addition', level: taskByName('addition').level.initial });
    expect(draft().reward.lMax).toBeGreaterThan(taskByName('addition').longestTrace(2, 'long'));
    expect(lab.getState().followed?.told).toContain(`L max ${draft().reward.lMax}`);
  });

  it('leaves the lengths as they were where that is asked for', () => {
    const { lMax, lPos, lNeg } = draft().reward;
    editDraft('task.name', 'addition');
    undoFollowing();
    expect(draft().reward).toMatchObject({ lMax, lPos, lNeg });
    expect(draft().task.name).toBe('addition');
    expect(lab.getState().followed).toBeNull();
  });

  it('is the only thing that moves them: another field leaves lengths that a person set', () => {
    editDraft('reward.lMax', 64);
    editDraft('grpo.steps', 3);
    expect(draft().reward.lMax).toBe(64);
    expect(draftChanges(draft())).toEqual(['grpo.steps', 'reward.lMax']);
  });
});

it('loads a recipe by name with fields set, opens Setup, and refuses what does not fit', () => {
  loadRecipe('parity-8-nano', { 'grpo.steps': 5, seed: 3 });
  expect([draft().name, draft().grpo.steps, draft().seed]).toEqual(['parity-8-nano', 5, 3]);
  expect(lab.getState().setupOpen).toBe(true);
  const before = draft();
  expect(() => loadRecipe('parity-8-nano', { 'grpo.stepz': 5 })).toThrow(/grpo\.stepz/);
  expect(() => loadRecipe('nothing', {})).toThrow(/there is no recipe "nothing"/);
  expect(draft()).toBe(before);
});

it('says at the weight and at the program of an own term which of them comes first', () => {
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

it('goes from any task to own problems once there are some, and takes another file of other levels', () => {
  const file = (level: number) =>
    Array.from({ length: 40 }, (_, i) =>
      JSON.stringify({ prompt: `${level} + ${i}`, answer: `${level + i}`, level }),
    ).join('\n');
  editDraft('task.name', 'calendar');
  editDraft('task.name', 'own');
  expect(lab.getState().draftErrors['task.name']).toMatch(/the task own has no problems: give a file of them/);
  fillDraft('own.problems', file(7), 'mine.jsonl');
  editDraft('task.name', 'own');
  expect([draft().task, lab.getState().draftErrors]).toEqual([{ name: 'own', level: 7 }, {}]);
  fillDraft('own.problems', file(2), 'other.jsonl');
  expect([draft().task.level, lab.getState().draftErrors]).toEqual([2, {}]);
});
