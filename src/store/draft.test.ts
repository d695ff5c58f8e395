/** The draft: what a choice brings with it and how it is set back, recipes loaded by name. */
import { beforeEach, describe, expect, it } from 'vitest';
import { taskByName } from '../tasks';
import { chooseRecipe, draftChanges, editDraft, loadRecipe, undoFollowing } from './draft';
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
