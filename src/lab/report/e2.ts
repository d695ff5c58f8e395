/** E2: which problems GRPO trains on matters: the teachable band against all of them, against the easy ones. */
import { withFields } from '../recipe/recipe';
import { type Experiment, meanOf, points } from './experiment';
import { byRule, differences, seedsOf } from './rule';
import { seeded } from './seeded';

const RECIPE = 'addition-mixed';
const arms = { 'teachable band': 'band', 'as many at random': 'random', 'easy ones': 'easy' } as const;

export const e2: Experiment = {
  id: 'E2',
  title: 'Curated against random',
  finding: 'Curation matters: prompts at the edge of what the model can do',
  report: 'qualitative (the report’s text)',
  columns: [
    { title: 'after GRPO, 2 digits', unit: 'share' },
    { title: 'gain, 2 digits', unit: 'points' },
    { title: 'after GRPO, 3 digits', unit: 'share' },
    { title: 'gain, 3 digits', unit: 'points' },
  ],
  why: 'All our problems come from one generator, so "random" is not noise from the web but problems of the same kind, some too easy and some too hard; and the length term of the reward spreads even groups that are all wrong, so that the problems outside of the band are not without a signal.',
  async run(bench, seed) {
    const recipe = seeded(RECIPE, seed);
    const sft = await bench.sft(recipe);
    const before = sft.summary.sft;
    const rows = [];
    for (const [arm, select] of Object.entries(arms)) {
      const set = { 'curation.select': select };
      const { grpo } = (await bench.grpo(withFields(recipe, set), sft)).summary;
      const pairs = [
        [grpo.sampled_accuracy, before.sampled_accuracy],
        [grpo.others![0]!.sampled_accuracy, before.others![0]!.sampled_accuracy],
      ] as const;
      rows.push({ arm, recipe: RECIPE, set, cells: pairs.flatMap(([after, sftOnly]) => [after, after - sftOnly]) });
    }
    return { rows };
  },
  conclude({ rows }) {
    const gains = rows.map((row) => (meanOf(row, 1) + meanOf(row, 3)) / 2);
    const [band, random, easy] = gains as [number, number, number];
    const found = `Over both levels GRPO gains ${points(band)} on the teachable band, ${points(random)} on as many problems at random and ${points(easy)} on easy ones.`;
    const ofSeed = rows.map((row) => seedsOf(row, 1).map((gain, seed) => (gain + seedsOf(row, 3)[seed]!) / 2));
    const effects = rows.slice(1).map(({ arm }, i) => ({
      arm: `band against ${arm}`,
      values: differences(ofSeed[0]!, ofSeed[i + 1]!),
    }));
    return byRule({ what: 'gain on the teachable band beyond the gain on others', unit: 'points' }, effects, found);
  },
};
