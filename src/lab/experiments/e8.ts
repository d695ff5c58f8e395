/** E8: average, best, worst and majority of five answers tell different stories. */
import { apart, type Experiment, meanOf, points } from './experiment';
import { stageReports } from './stages';

export const e8: Experiment = {
  id: 'E8',
  title: 'Average, best, worst and majority of 5',
  finding: 'Average, best, worst and majority of 5 tell different stories',
  report: 'pass@k and majority@k lie far above the average',
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
    const wide = gaps.every((gap) => gap > 0.1);
    return { verdict: wide && votes.every((gain) => gain > 0) ? 'agrees' : wide ? 'partly' : 'disagrees', found };
  },
};
