/** E6: whether SFT on some families helps with one that it never saw. */
import { mean } from '../../stats';
import { withFields } from '../recipe/recipe';
import { type Experiment, meanOf, points } from './experiment';
import { accuracies, MIXED, membersOf, mixed, turnedTo } from './mixed';
import { byRule, differences, seedsOf } from './rule';

/** The report's figure at its lowest: the gain over the base model on unseen families. */
const LEAST_GAIN = 0.3;

export const e6: Experiment = {
  id: 'E6',
  title: 'SFT on some families, evaluated on another',
  finding: 'SFT generalises to unseen families by 30–60 points over the base',
  report:
    'TSP, 3SAT, BA-Calendar: 30–60 points over the base, none of them trained on (the report’s text; the range is unconfirmed)',
  columns: [
    { title: 'base', unit: 'share' },
    { title: 'SFT on the others', unit: 'share' },
    { title: 'SFT with it', unit: 'share' },
  ],
  why: 'The report starts from a model that has read the web: SFT gives it a way to use what it knows. A model that starts from fresh weights knows of an unseen family nothing but the format, so what it gets right there is what guessing in the right format gets. Addition is the exception that shows it: arithmetic has sums too, so that it is not quite unseen.',
  async run(bench, seed) {
    const recipe = mixed(seed);
    const members = membersOf(recipe);
    const home = turnedTo(recipe, members[0]!);
    const all = accuracies(home, members, (await bench.sft(home)).summary.sft);
    const base = accuracies(home, members, (await bench.untrained(home)).summary.sft);
    const rows = [];
    for (const [i, member] of members.entries()) {
      const others = recipe.data.clusters.filter(({ task }) => task !== member.task);
      // the families stay what they are evaluated on; the clusters lack one
      const without = withFields(home, { 'data.clusters': others });
      const unseen = accuracies(without, members, (await bench.sft(without)).summary.sft);
      rows.push({
        arm: `${member.task} unseen`,
        recipe: MIXED,
        set: { 'data.clusters': others, 'grpo.steps': 0 },
        cells: [base[i]!, unseen[i]!, all[i]!],
      });
    }
    return { rows };
  },
  conclude({ rows }) {
    const unseen = rows.map((row) => meanOf(row, 1) - meanOf(row, 0));
    const seen = rows.map((row) => meanOf(row, 2) - meanOf(row, 0));
    const high = unseen.filter((gain) => gain >= LEAST_GAIN).length;
    const found = `Over the base, SFT on the other families gains ${points(mean(unseen))} on a family that it never saw (30 points or more on ${high} of ${rows.length}), and ${points(mean(seen))} where it saw it.`;
    const effects = rows.map((row) => ({
      arm: row.arm,
      values: differences(seedsOf(row, 1), seedsOf(row, 0), LEAST_GAIN),
    }));
    return byRule({ what: 'gain over the base on an unseen family beyond 30 points', unit: 'points' }, effects, found);
  },
};
