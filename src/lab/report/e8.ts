/** E8: average, best, worst and majority of five answers differ widely. */
import { apart, type Experiment, meanOf, points } from './experiment';
import { byRule, differences, valuesOf } from './rule';
import { stageArms } from './stages';

const LEAST_GAP = 0.1;

export const e8: Experiment = {
  id: 'E8',
  title: 'Average, best, worst and majority of 5',
  finding: 'Average, best, worst and majority of 5 differ widely',
  report: 'pass@k and majority@k lie far above the average (the report’s figures; numbers unconfirmed)',
  columns: [
    { title: 'average of 5', unit: 'share' },
    { title: 'best of 5', unit: 'share' },
    { title: 'worst of 5', unit: 'share' },
    { title: 'majority of 5', unit: 'share' },
  ],
  why: 'Our answers are short sums. Wrong answers differ from each other, so the votes gather on the right one. Where a problem has only a handful of possible answers, as parity has, the majority can be wrong as well.',
  arms: stageArms(({ ofN: { average, best, worst, majority } }) => [average, best, worst, majority]),
  conclude({ rows }) {
    const gaps = rows.map((row) => meanOf(row, 1) - meanOf(row, 2));
    const votes = rows.map((row) => meanOf(row, 3) - meanOf(row, 0));
    const [sft, grpo] = gaps as [number, number];
    const found =
      `Best and worst of 5 are ${apart(sft)} apart after SFT and ${apart(grpo)} after GRPO. ` +
      `The majority differs from the average by ${votes.map(points).join(' and ')}.`;
    const effects = rows.flatMap((row) => [
      { arm: `best against worst, ${row.arm}`, values: differences(valuesOf(row, 1), valuesOf(row, 2), LEAST_GAP) },
      { arm: `majority against average, ${row.arm}`, values: differences(valuesOf(row, 3), valuesOf(row, 0)) },
    ]);
    const what = 'distance of best and worst of 5 beyond 10 points, or of majority and average';
    return byRule({ what, unit: 'points' }, effects, found);
  },
};
