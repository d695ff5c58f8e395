/** E5: GRPO gains most on the family that it trains on. */
import { mean } from '../../stats';
import { type Experiment, meanOf, points } from './experiment';
import { accuracies, MIXED, mixedFamilies, retargeted } from './mixed';
import { byRule, differences, effectPerRow, valuesOf } from './rule';

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
  async run(bench, seed) {
    const { recipe, members } = mixedFamilies(seed);
    const sft = await bench.sft(retargeted(recipe, members[0]!));
    const before = accuracies(sft.recipe, members, sft.summary.sft);
    const rows = [];
    const gains = [];
    for (const [i, member] of members.entries()) {
      const own = retargeted(recipe, member);
      const after = accuracies(own, members, (await bench.grpo(own, sft)).summary.grpo);
      const gain = after.map((accuracy, j) => accuracy - before[j]!);
      gains.push(gain);
      const elsewhere = mean(gain.filter((_, j) => j !== i));
      const set = { 'task.name': member.task, 'task.level': member.level, 'evaluation.others': own.evaluation.others };
      rows.push({ arm: `GRPO on ${member.task}`, recipe: MIXED, set, cells: [gain[i]!, elsewhere] });
    }
    const names = members.map(({ task }) => task);
    const axes = { rowsAre: 'GRPO on', columnsAre: 'gain on', rows: names, columns: names };
    return { rows, matrix: { unit: 'points', ...axes, cells: gains } };
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
