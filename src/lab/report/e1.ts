/** E1: supervised fine-tuning on teacher traces makes a model that knows nothing reason. */
import { type Experiment, meanOf, percent } from './experiment';
import { byRule, differences, seedsOf } from './rule';
import { familyRecipes, seeded } from './seeded';

/** A family counts as learned where fine-tuning lifts its accuracy by this much. */
const LIFT = 0.1;

export const e1: Experiment = {
  id: 'E1',
  title: 'From base to SFT',
  finding: 'SFT on teachable prompts makes a base model reason',
  report:
    'AIME 25: 63.1 ± 6.3 after SFT (the report’s table with sd; the released model card has 62.9), the base model far below (unconfirmed: no source gives a figure)',
  columns: [
    { title: 'base, sampled', unit: 'share' },
    { title: 'after SFT, sampled', unit: 'share' },
    { title: 'after SFT, greedy', unit: 'share' },
    { title: 'tokens, greedy', unit: 'tokens' },
  ],
  why: 'Our base is no pretrained model but fresh weights: it cannot write a digit, so its accuracy is 0 and all that is there after SFT was learned in SFT. The traces are drawn from a program, and three quarters of some are empty on purpose, to leave GRPO its part.',
  async run(bench, seed) {
    const rows = [];
    for (const name of familyRecipes) {
      const recipe = seeded(name, seed);
      const base = (await bench.untrained(recipe)).summary.sft;
      const { sft } = (await bench.sft(recipe)).summary;
      const cells = [base.sampled_accuracy, sft.sampled_accuracy, sft.greedy_accuracy, sft.mean_length];
      rows.push({ arm: name, recipe: name, set: { 'grpo.steps': 0 }, cells });
    }
    return { rows };
  },
  conclude({ rows }) {
    const lifted = rows.filter((row) => meanOf(row, 1) - meanOf(row, 0) >= LIFT);
    const sampled = rows.map((row) => meanOf(row, 1));
    const found =
      `SFT lifts sampled accuracy by 10 points or more on ${lifted.length} of ${rows.length} families; ` +
      `after it they lie between ${percent(Math.min(...sampled))} and ${percent(Math.max(...sampled))}.`;
    const effects = rows.map((row) => ({ arm: row.arm, values: differences(seedsOf(row, 1), seedsOf(row, 0), LIFT) }));
    return byRule({ what: 'gain of SFT over the base beyond 10 points', unit: 'points' }, effects, found);
  },
};
