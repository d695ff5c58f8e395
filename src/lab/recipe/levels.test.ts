/** Fields that follow a choice of task or level, for every task. */
import { describe, expect, it } from 'vitest';
import { taskByName, taskNames } from '../../tasks';
import { atInitialLevel, followingFields, lengthsFor, levelHint, taskOfLevel } from './levels';
import { recipeByName, recipeGroups, recipes } from './presets/index';
import { withFields } from './recipe';

const recipe = recipeByName('parity-12');

describe('a choice of task', () => {
  it.each(taskNames)('%s brings a level and lengths with which the recipe is whole', (name) => {
    const { fields } = followingFields(recipe, 'task.name', name);
    const { task, reward } = withFields(recipe, { 'task.name': name, ...fields });
    const { level, longestTrace } = taskByName(name);
    expect(task.level).toBe(level.initial);
    expect(reward.lMax).toBeGreaterThan(longestTrace(level.initial, 'long'));
    expect(reward.lPos).toBeLessThan(reward.lMax);
  });

  it('names the other changes, and nothing where nothing changes', () => {
    expect(followingFields(recipe, 'task.name', 'addition').words).toMatch(
      /^Difficulty 2, L max \d+, L pos [\d.]+, L neg [\d.]+, as a long trace takes up to 24 tokens$/,
    );
    expect(followingFields(recipe, 'task.level', 12)).toEqual({ fields: {}, words: null }); // its own lengths already
    expect(followingFields(recipe, 'grpo.steps', 3)).toEqual({ fields: {}, words: null });
    expect(followingFields(recipe, 'task.name', 'chess')).toEqual({ fields: {}, words: null });
  });

  it('leaves a level out of range to the recipe to refuse', () => {
    expect(followingFields(recipe, 'task.level', 99)).toEqual({ fields: {}, words: null });
    expect(followingFields(recipe, 'task.level', 20).fields).toEqual({
      'reward.lMax': 36,
      'reward.lPos': 28.8,
      'reward.lNeg': 12.6,
    });
  });
});

it('finds the lengths that the first recipes were measured with', () => {
  for (const { task, reward } of ['parity-12', 'parity-8-nano'].map(recipeByName))
    expect(lengthsFor(taskByName(task.name), task.level)).toEqual({
      lMax: reward.lMax,
      lPos: reward.lPos,
      lNeg: reward.lNeg,
    });
});

it('knows the task beside a level, in the section and in a list', () => {
  const listed = { ...recipe, data: { clusters: [{ task: 'addition', level: 3 }] } } as typeof recipe;
  expect(taskOfLevel(listed, 'task.level')?.name).toBe('parity');
  expect(taskOfLevel(listed, 'data.clusters.0.level')?.name).toBe('addition');
  expect(taskOfLevel(listed, 'data.clusters.1.level')).toBeNull();
  expect(taskOfLevel(listed, 'grpo.steps')).toBeNull();
  expect(followingFields(listed, 'data.clusters.0.task', 'parity').fields).toEqual({ 'data.clusters.0.level': 12 });
  expect(atInitialLevel(recipe, { task: 'addition', level: 0, epochs: 2 })).toEqual({
    task: 'addition',
    level: 2,
    epochs: 2,
  });
  expect(atInitialLevel(recipe, 7)).toBe(7);
});

describe('own problems', () => {
  const lines = (...levels: number[]) =>
    levels.flatMap((level) =>
      Array.from({ length: 40 }, (_, i) => ({
        prompt: `${level} + ${i}`,
        answer: `${level + i}`,
        level,
        trace: `${i}`,
      })),
    );
  const calendar = withFields(recipe, { 'task.name': 'calendar', 'task.level': 8 });
  const given = withFields(calendar, { 'own.problems': lines(3, 5) });

  it('bring the first level that they have, and lengths', () => {
    const { fields, words } = followingFields(given, 'task.name', 'own');
    const { task, reward } = withFields(given, { 'task.name': 'own', ...fields });
    expect(task).toEqual({ name: 'own', level: 3 });
    expect(reward.lMax).toBeLessThan(given.reward.lMax);
    expect(words).toMatch(/^Difficulty 3, L max/);
    expect(followingFields(calendar, 'task.name', 'own')).toEqual({ fields: {}, words: null }); // none yet
  });

  it('are hinted at by the levels that there are, and follow no other', () => {
    const own = withFields(given, { 'task.name': 'own', 'task.level': 3 });
    expect(levelHint(own, 'task.level')).toBe('your problems have 3, 5');
    expect(levelHint(recipe, 'task.level')).toBe('1 to 32 bits');
    expect(levelHint(own, 'own.problems.0.level')).toBeUndefined();
    expect(followingFields(own, 'task.level', 4)).toEqual({ fields: {}, words: null });
    expect(followingFields(own, 'task.level', 5).fields).toHaveProperty(['reward.lMax']);
    expect(atInitialLevel(own, { task: 'own', level: 0 })).toEqual({ task: 'own', level: 3 });
  });

  it('move the level where a new file has none of it, and only while they are the task', () => {
    const own = withFields(given, { 'task.name': 'own', 'task.level': 5 });
    const { fields } = followingFields(own, 'own.problems', lines(1, 2));
    expect(withFields(own, { 'own.problems': lines(1, 2), ...fields }).task.level).toBe(1);
    expect(followingFields(own, 'own.problems', lines(5))).toEqual({ fields: {}, words: null });
    expect(followingFields(given, 'own.problems', lines(1))).toEqual({ fields: {}, words: null });
    expect(followingFields(own, 'own.problems', [{ prompt: 7 }])).toEqual({ fields: {}, words: null });
  });
});

it('lists every recipe in one group, and says what it should show', () => {
  const grouped = recipeGroups.flatMap((group) => group.recipes);
  expect(new Set(grouped)).toEqual(new Set(recipes));
  expect(grouped).toHaveLength(recipes.length);
  expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
  for (const { about } of recipes) expect(about).not.toBe('');
});
