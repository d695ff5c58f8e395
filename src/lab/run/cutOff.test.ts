/** Warnings about traces longer than L max. */
import { expect, it } from 'vitest';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import { cutOffs } from './cutOff';

const parity = recipeByName('parity-12'); // L max 24

it('names each task whose traces are longer than L max, once, whichever stage uses it', () => {
  expect(cutOffs(parity)).toEqual([]);
  const addition = { task: 'addition', level: 6 };
  const warnings = [
    expect.stringMatching(/^addition at 6: traces take up to \d+ tokens, L max is 24: longer answers are cut off$/),
  ];
  expect(cutOffs(withFields(parity, { 'evaluation.others': [addition] }))).toEqual(warnings);
  const clusters = [{ task: 'parity', level: 8 }, addition];
  expect(cutOffs(withFields(parity, { 'data.clusters': clusters, 'data.rlClusters': clusters }))).toEqual(warnings);
  expect(cutOffs(withFields(parity, { 'data.clusters': clusters, 'reward.lMax': 200 }))).toEqual([]);
});

it('considers only the kinds of traces that SFT teaches', () => {
  const longer = withFields(parity, { 'task.level': 21 });
  expect(cutOffs(longer)).toEqual([
    'parity at 21: traces take up to 25 tokens, L max is 24: longer answers are cut off',
  ]);
  expect(cutOffs(withFields(longer, { 'sft.shortShare': 1 }))).toEqual([]);
  expect(cutOffs(withFields(parity, { 'sft.mendShare': 0.1, 'reward.lMax': 24 }))).toHaveLength(0);
  expect(cutOffs(withFields(parity, { 'sft.mendShare': 0.1, 'reward.lMax': 23 }))).toHaveLength(1);
});
