/** E6: SFT on some families against accuracy on a family that the model never saw. */
import { mean } from '../../stats';
import { withFields } from '../recipe/recipe';
import { type Experiment, meanOf, points } from './experiment';
import { accuracies, MIXED, mixedFamilies, retargeted } from './mixed';
import { byRule, differences, effectPerRow, valuesOf } from './rule';

/** Lower end of the report's range of gains over the base model on unseen families. */
const LEAST_GAIN = 0.3;

export const e6: Experiment = {
  id: 'E6',
  title: 'SFT on some families, evaluated on another',
  finding: 'SFT gains 30–60 points over the base model on unseen families',
  report:
    'TSP, 3SAT, BA-Calendar: 30–60 points over the base, none of them trained on (the report’s text; the range is unconfirmed)',
  columns: [
    { title: 'base', unit: 'share' },
    { title: 'SFT on the others', unit: 'share' },
    { title: 'SFT on all', unit: 'share' },
  ],
  why: 'The report starts from a model that has read the web: SFT teaches it to use what it knows. A model with fresh weights knows only the format of an unseen family, so it gets right what guessing in that format gets right. Addition is the exception: arithmetic has sums too, so addition is not quite unseen.',
  async run(bench, seed) {
    const { recipe, members } = mixedFamilies(seed);
    const home = retargeted(recipe, members[0]!);
    const all = accuracies(home, members, (await bench.sft(home)).summary.sft);
    const base = accuracies(home, members, (await bench.untrained(home)).summary.sft);
    const rows = [];
    for (const [i, member] of members.entries()) {
      const clusters = recipe.data.clusters.filter(({ task }) => task !== member.task);
      // the evaluation keeps all families; only the clusters lack one
      const without = withFields(home, { 'data.clusters': clusters });
      const unseen = accuracies(without, members, (await bench.sft(without)).summary.sft);
      const set = { 'data.clusters': clusters, 'grpo.steps': 0 };
      rows.push({ arm: `${member.task} unseen`, recipe: MIXED, set, cells: [base[i]!, unseen[i]!, all[i]!] });
    }
    return { rows };
  },
  conclude({ rows }) {
    const unseen = rows.map((row) => meanOf(row, 1) - meanOf(row, 0));
    const seen = rows.map((row) => meanOf(row, 2) - meanOf(row, 0));
    const high = unseen.filter((gain) => gain >= LEAST_GAIN).length;
    const found =
      `Over the base model, SFT on the other families gains ${points(mean(unseen))} on an unseen family ` +
      `(30 points or more on ${high} of ${rows.length}). SFT on all families gains ${points(mean(seen))}.`;
    const effects = effectPerRow(rows, (row) => differences(valuesOf(row, 1), valuesOf(row, 0), LEAST_GAIN));
    const what = 'gain over the base model on an unseen family beyond 30 points';
    return byRule({ what, unit: 'points' }, effects, found);
  },
};
