/** E8: average, best, worst and majority of five answers tell different stories. */
import { apart, type Experiment, meanOf, points } from './experiment';
import { byRule, differences, seedsOf } from './rule';
import { stageReports } from './stages';

const LEAST_GAP = 0.1;

export const e8: Experiment = {
  id: 'E8',
  title: 'Average, best, worst and majority of 5',
  finding: 'Average, best, worst and majority of 5 tell different stories',
  report: 'pass@k and majority@k lie far above the average (the report’s figures; numbers unconfirmed)',
  columns: [
    { title: 'average of 5', unit: 'share' },
    { title: 'best of 5', unit: 'share' },
    { title: 'worst of 5', unit: 'share' },
    { title: 'majority of 5', unit: 'share' },
  ],
  why: 'Our answers are short sums: a wrong one is wrong in its own way, so votes gather on the right one; where answers come from a handful of choices, as with parity, a majority can just as well be wrong.',
  async run(bench, seed) {
    const rows = (await stageReports(bench, seed)).map(({ arm, recipe, set, report: { ofN } }) => ({
      arm,
      recipe,
      set,
      cells: [ofN.average, ofN.best, ofN.worst, ofN.majority],
    }));
    return { rows };
  },
  conclude({ rows }) {
    const gaps = rows.map((row) => meanOf(row, 1) - meanOf(row, 2));
    const votes = rows.map((row) => meanOf(row, 3) - meanOf(row, 0));
    const [sft, grpo] = gaps as [number, number];
    const found = `Best and worst of 5 lie ${apart(sft)} apart after SFT and ${apart(grpo)} after GRPO; the majority stands ${votes.map(points).join(' and ')} against the average.`;
    const effects = rows.flatMap((row) => [
      { arm: `best against worst, ${row.arm}`, values: differences(seedsOf(row, 1), seedsOf(row, 2), LEAST_GAP) },
      { arm: `majority against average, ${row.arm}`, values: differences(seedsOf(row, 3), seedsOf(row, 0)) },
    ]);
    const what = 'distance of best and worst of 5 beyond 10 points, or of majority and average';
    return byRule({ what, unit: 'points' }, effects, found);
  },
};
