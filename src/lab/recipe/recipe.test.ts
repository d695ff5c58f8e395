/** Recipes: complete presets, fields by path, and errors with the place of each fault. */
import { describe, expect, it } from 'vitest';
import { recipeByName, recipes } from './presets/index';
import { parseRecipe, withFields } from './recipe';

describe('recipes', () => {
  it('of the lab are complete and have distinct names', () => {
    expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
    expect(recipeByName('parity-12').model).toMatchObject({ layers: 2, width: 64, heads: 4, kvHeads: 2 });
  });

  it.each([
    [{ grpo: { groupSize: 1 } }, 'r: grpo.groupSize: is 1; use 2 to 64'],
    [{ grpo: { steps: 'many' } }, 'r: grpo.steps: is "many"; use a number'],
    [{ grpo: { beta: Number.NaN } }, 'r: grpo.beta: is NaN; use a finite number'],
    [{ model: { width: 64, heads: 3 } }, 'r: model.width: is 64 for 3 heads; use a multiple of 12 up to 384'],
    [{ colour: 1 }, 'r: top level: unknown field "colour"; remove it or correct its name'],
    [{ task: { name: 'chess' } }, 'r: task.name: is "chess"; use one of "parity", '],
    [{ task: { name: 'addition', level: 9 } }, 'r: task.level: is 9; addition has 1 to 6 digits'],
    [{ model: { width: 66 } }, 'r: model.width: is 66 for 4 heads; use a multiple of 16 up to 512'],
    [{ model: { kvHeads: 3 } }, 'r: model.kvHeads: is 3: 4 heads cannot share them evenly; use a divisor of 4'],
    [{ model: { partialRotary: 0.2 } }, 'r: model.partialRotary: is 0.2: 3 of the 16 channels of a head would rotate'],
    [{ model: { layers: 0 } }, /^r: model\.layers: is 0; use 1 to 24$/],
    [{ reward: { lPos: 30 } }, 'r: reward.lPos: L pos (30) must be below L max (24)'],
    [{ grpo: { lossType: 'cispo' } }, 'for cispo it is the cap of the ratio itself: 1 or more'],
    [{ data: { clusters: [{ task: 'chess', level: 1 }] } }, 'r: data.clusters.0.task: is "chess"; use one of '],
    [
      {
        data: {
          rlClusters: [
            { task: 'parity', level: 8 },
            { task: 'addition', level: 7 },
          ],
        },
      },
      'r: data.rlClusters.1.level: is 7; addition has 1 to 6 digits',
    ],
    [
      { data: { clusters: [{ task: 'parity', level: 8, problems: 100_000, epochs: 1000 }] } },
      'r: data.clusters: one epoch of the mixture has 100000000 examples',
    ],
    [
      {
        evaluation: {
          others: [
            { task: 'parity', level: 8 },
            { task: 'parity', level: 8 },
          ],
        },
      },
      'r: evaluation.others.1: parity at 8 is listed twice',
    ],
    [
      {
        evaluation: {
          others: [
            { task: 'parity', level: 8 },
            { task: 'parity', level: 12 },
          ],
        },
      },
      "r: evaluation.others.1: parity at 12 is the recipe's own task",
    ],
    [{ curation: { low: 0.8, high: 0.2 } }, 'r: curation.low: the band from 0.8 to 0.2 is empty'],
    [{ reward: { custom: 1 } }, 'r: reward.customSource: your own term has a weight but no JavaScript'],
    [{ version: 2 }, 'r: version'],
    [null, 'r: top level'],
  ])('%j is refused with its place', (input, message) => {
    expect(() => parseRecipe(input, 'r')).toThrow(message);
  });

  it('take fields by path and refuse unknown paths', () => {
    const recipe = recipeByName('parity-12');
    expect(withFields(recipe, { 'grpo.steps': 3, seed: 9 })).toMatchObject({ grpo: { steps: 3 }, seed: 9 });
    expect(recipe.grpo.steps).toBe(40);
    expect(() => withFields(recipe, { 'grpo.stepz': 3 })).toThrow('there is no field grpo.stepz');
    expect(() => withFields(recipe, { grpo: 3 })).toThrow('grpo is a section');
    expect(() => withFields(recipe, { '__proto__.x': 3 })).toThrow('there is no field __proto__.x');
    const mixed = withFields(recipe, { 'data.clusters': [{ task: 'parity', level: 9, problems: 10 }] });
    expect(mixed.data.clusters).toEqual([{ task: 'parity', level: 9, problems: 10, epochs: 1 }]);
    expect(withFields(mixed, { 'data.clusters.0.epochs': 3 }).data.clusters[0]?.epochs).toBe(3);
    expect(recipe.data.clusters).toEqual([]);
  });
});
