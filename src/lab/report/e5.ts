/** E5: GRPO gains most on the family that it trains on. */
import { mean } from '../../stats';
import { oneRun, type RunNumbers } from './arm';
import { type Experiment, meanOf, points } from './experiment';
import { accuracies, MIXED, mixedFamilies, retargeted } from './mixed';
import { byRule, differences, effectPerRow, valuesOf } from './rule';

const { recipe: mixed, members } = mixedFamilies(0);
const owns = members.map((member) => retargeted(mixed, member));

/** Gain of GRPO on each family. @param own index of the family that GRPO trains on */
function gainsOf({ sft, grpo }: RunNumbers, own: number): number[] {
  const [before, after] = [accuracies(owns[own]!, members, sft), accuracies(owns[own]!, members, grpo)];
  return after.map((accuracy, i) => accuracy - before[i]!);
}

export const e5: Experiment = {
  id: 'E5',
  title: 'RL on one family, evaluated on all',
  finding: 'RL gains most on the domain that it trains on',
  report:
    'trained on mathematics: LCB 53.8 → 53.1, BA-Calendar 67.7 → 65.6, TSP 37.5 → 42.6, Maze 55.1 → 53.4, SpatialMap 73.7 → 73.3 (the report’s table; these cells without sd)',
  columns: [
    { title: 'gain on its own family', unit: 'points' },
    { title: 'mean gain on the others', unit: 'points' },
  ],
  why: 'The families share a format and little else. A model of 0.1 M parameters has no spare capacity, so a gain on one family can cost another. The families share one skill that GRPO can teach: to think before answering.',
  arms: members.map(({ task, level }, i) => {
    const set = { 'task.name': task, 'task.level': level, 'evaluation.others': owns[i]!.evaluation.others };
    return oneRun(`GRPO on ${task}`, MIXED, set, (run) => {
      const gains = gainsOf(run, i);
      return [gains[i]!, mean(gains.filter((_, j) => j !== i))];
    });
  }),
  matrix(numbers) {
    const names = members.map(({ task }) => task);
    const axes = { rowsAre: 'GRPO on', columnsAre: 'gain on', rows: names, columns: names };
    return { unit: 'points', ...axes, cells: numbers.map(({ runs: [run] }, i) => gainsOf(run!, i)) };
  },
  conclude({ rows }) {
    const own = rows.map((row) => meanOf(row, 0));
    const others = rows.map((row) => meanOf(row, 1));
    const found = `GRPO gains ${points(mean(own))} on the family it trains on and ${points(mean(others))} on the others.`;
    const effects = effectPerRow(rows, (row) => differences(valuesOf(row, 0), valuesOf(row, 1)));
    return byRule(
      { what: 'gain on the own family beyond the mean gain on the others', unit: 'points' },
      effects,
      found,
    );
  },
};
