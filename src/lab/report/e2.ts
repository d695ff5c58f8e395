/** E2: the problems that GRPO trains on matter. Compares the teachable band with random and with easy problems. */
import { oneRun } from './arm';
import { type Experiment, meanOf, points } from './experiment';
import { byRule, differences, valuesOf } from './rule';

const RECIPE = 'addition-mixed';
const selections = { 'teachable band': 'band', 'as many at random': 'random', 'easy ones': 'easy' } as const;

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
  why: 'One generator makes all our problems. "Random" is therefore not noise from the web, but problems of the same kind, some too easy and some too hard. The length term of the reward also gives spread to groups whose answers are all wrong, so problems outside the band still carry a signal.',
  arms: Object.entries(selections).map(([arm, select]) =>
    oneRun(arm, RECIPE, { 'curation.select': select }, ({ sft, grpo }) => {
      const pairs = [
        [grpo.sampled_accuracy, sft.sampled_accuracy],
        [grpo.others![0]!.sampled_accuracy, sft.others![0]!.sampled_accuracy],
      ] as const;
      return pairs.flatMap(([after, sftOnly]) => [after, after - sftOnly]);
    }),
  ),
  conclude({ rows }) {
    const gains = rows.map((row) => (meanOf(row, 1) + meanOf(row, 3)) / 2);
    const [band, random, easy] = gains as [number, number, number];
    const found = `Averaged over both levels, GRPO gains ${points(band)} on the teachable band, ${points(random)} on as many random problems and ${points(easy)} on easy ones.`;
    const gainPerSeed = rows.map((row) => valuesOf(row, 1).map((gain, seed) => (gain + valuesOf(row, 3)[seed]!) / 2));
    const effects = rows.slice(1).map(({ arm }, i) => ({
      arm: `band against ${arm}`,
      values: differences(gainPerSeed[0]!, gainPerSeed[i + 1]!),
    }));
    return byRule({ what: 'gain on the teachable band beyond the gain on others', unit: 'points' }, effects, found);
  },
};
