/** E7: one run over a small set of problems is not a measurement. */
import { percent } from '../../units';
import type { ArmNumbers } from './arm';
import { apart, type Experiment, meanOf } from './experiment';
import { byRule, effectPerRow, valuesOf } from './rule';
import { PROBLEMS, RUNS, stageArms } from './stages';

/** A smaller spread would not hide the difference between models that are some points apart. */
const LEAST_SD = 0.03;

export const e7: Experiment = {
  id: 'E7',
  title: 'One run is not a measurement',
  finding: 'One run is not a measurement',
  report: 'sd 4.3 to 6.3 points between runs on the 30 problems of AIME 25 over 50 runs (the report’s table with sd)',
  columns: [
    { title: 'mean of 50 runs', unit: 'share' },
    { title: 'sd between runs', unit: 'share' },
    { title: 'worst run', unit: 'share' },
    { title: 'best run', unit: 'share' },
  ],
  why: 'The spread between runs over the same problems depends on how undecided the model is on each problem. 30 problems of pass rate p give a standard deviation of √(p(1−p)/30): 9 points at p = ½, and 0 at p = 0 or 1. Model size plays no part.',
  arms: stageArms(({ accuracy: { mean, sd, min, max } }) => [mean, sd, min, max]).map((arm) => ({
    ...arm,
    curve: ({ report }: ArmNumbers) => ({
      ...{ x: 'accuracy of a run', y: 'runs' },
      line: report!.histogram.map(({ from, to, runs }) => [(from + to) / 2, runs] as const),
    }),
  })),
  conclude({ rows }) {
    const deviations = rows.map((row) => meanOf(row, 1));
    const ranges = rows.map((row) => meanOf(row, 3) - meanOf(row, 2));
    const found =
      `Over ${PROBLEMS} problems, the accuracy of ${RUNS} runs of one model has an sd of ${deviations.map((sd) => percent(sd)).join(' after SFT and ')} after GRPO. ` +
      `The best run is ${ranges.map(apart).join(' and ')} above the worst.`;
    const effects = effectPerRow(rows, (row) => valuesOf(row, 1).map((sd) => sd - LEAST_SD));
    return byRule({ what: 'sd between runs beyond 3 points', unit: 'points' }, effects, found);
  },
};
