/** The default token budget of an evaluation. */
import { describe, expect, it } from 'vitest';
import { recipeByName } from '../lab/recipe/presets/index';
import { type Recipe, withFields } from '../lab/recipe/recipe';
import { askedTasks, budgetFor } from './evaluation';

const parity = recipeByName('parity-12');
const trainedOn = (task: string, level: number): Recipe =>
  withFields(parity, { 'task.name': task, 'task.level': level, 'reward.lMax': 300 });
const budget = (task: string, ...recipes: (Recipe | null)[]) =>
  budgetFor(
    askedTasks(task, [], 'tasks')[0]!,
    recipes.map((recipe) => ({ recipe })),
  );

describe('the budget of an evaluation', () => {
  it('is that of the training, if each model was trained for this task and level', () => {
    expect(budget('parity:12', parity)).toBe(24);
    expect(budget('parity:12', parity, withFields(parity, { 'reward.lMax': 30 }))).toBe(30);
  });

  it('has room for the longest trace at a new level', () => {
    expect(budget('parity:24', parity)).toBe(4 + 24 + 8); // tags, answer and end; one digit per bit; spare tokens
    expect(budget('parity:4', parity)).toBe(24);
    expect(budget('parity:24', withFields(parity, { 'sft.mendShare': 0.1 }))).toBe(4 + 24 + 12 + 2 + 8);
  });

  it('has room for the longest trace of a second task, whose budget counts too, and of an unseen one', () => {
    const cluster = { task: 'addition', level: 2 };
    const mixed = withFields(parity, { 'data.clusters': [cluster], 'reward.lMax': 100 });
    const other = withFields(parity, { 'evaluation.others': [cluster], 'reward.lMax': 99 });
    expect(budget('addition:2', mixed)).toBe(100);
    expect(budget('addition:2', other, mixed)).toBe(100);
    const met = withFields(mixed, { 'reward.lMax': 20 });
    const alone = budget('addition:2', null);
    expect(alone).toBeGreaterThan(20 + 8);
    expect(budget('addition:2', met)).toBe(budget('addition:2', parity));
    expect(budget('parity:12', parity, trainedOn('addition', 2))).toBe(24);
    expect(budget('parity:24', trainedOn('addition', 2))).toBe(36);
  });
});
