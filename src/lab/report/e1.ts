/** E1: SFT on teacher traces teaches an untrained model to reason. */
import { percent } from '../../units';
import { oneRun } from './arm';
import { type Experiment, meanOf } from './experiment';
import { byRule, differences, effectPerRow, valuesOf } from './rule';
import { familyRecipes } from './seeded';

/** Gain in accuracy from which on a family counts as learned. */
const LIFT = 0.1;

export const e1: Experiment = {
  id: 'E1',
  title: 'From base to SFT',
  finding: 'SFT on teachable prompts makes a base model reason',
  report:
    'AIME 25: 63.1 ± 6.3 after SFT (the report’s table with sd; the released model card says 62.9), the base model far below (unconfirmed: no source gives a figure)',
  columns: [
    { title: 'base, sampled', unit: 'share' },
    { title: 'after SFT, sampled', unit: 'share' },
    { title: 'after SFT, greedy', unit: 'share' },
    { title: 'tokens, greedy', unit: 'tokens' },
  ],
  why: 'Our base model is not pretrained: its weights are fresh. It cannot write a digit, so its accuracy is 0, and SFT teaches all that it can do afterwards. A program writes the traces. In some recipes three quarters of the traces are empty on purpose, so that GRPO has something to improve.',
  arms: familyRecipes.map((recipe) => ({
    ...oneRun(recipe, recipe, { 'grpo.steps': 0 }, ({ base, sft }) => [
      base!.sampled_accuracy,
      sft.sampled_accuracy,
      sft.greedy_accuracy,
      sft.mean_length,
    ]),
    runs: [{ name: recipe, recipe, set: { 'grpo.steps': 0, 'evaluation.base': true } }],
  })),
  conclude({ rows }) {
    const lifted = rows.filter((row) => meanOf(row, 1) - meanOf(row, 0) >= LIFT);
    const sampled = rows.map((row) => meanOf(row, 1));
    const found =
      `SFT raises sampled accuracy by 10 points or more on ${lifted.length} of ${rows.length} families. ` +
      `After SFT, sampled accuracy is between ${percent(Math.min(...sampled))} and ${percent(Math.max(...sampled))}.`;
    const effects = effectPerRow(rows, (row) => differences(valuesOf(row, 1), valuesOf(row, 0), LIFT));
    return byRule({ what: 'gain of SFT over the base model beyond 10 points', unit: 'points' }, effects, found);
  },
};
