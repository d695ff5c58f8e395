/** E4: reinforcement lengthens traces. */
import { mean } from '../../stats';
import { type Experiment, meanOf } from './experiment';
import { familyRecipes, seeded } from './seeded';

/** Steps at the end of GRPO over which rollouts are averaged. */
const LAST = 5;

export const e4: Experiment = {
  id: 'E4',
  title: 'Trace length over RL',
  finding: 'RL lengthens traces',
  report: 'about 1.5× the tokens',
  columns: [
    { title: 'tokens before', unit: 'tokens' },
    { title: 'tokens after', unit: 'tokens' },
    { title: 'ratio', unit: 'ratio' },
    { title: 'accuracy before', unit: 'share' },
    { title: 'accuracy after', unit: 'share' },
  ],
  why: 'A tiny model has two ways to answer, at once or by the trace that it was taught, and GRPO moves weight from the one to the other: the length saturates at that of the teacher’s trace, where the report’s traces could go on growing.',
  async run(bench, seed) {
    const rows = [];
    const curves = [];
    for (const name of familyRecipes) {
      const recipe = seeded(name, seed);
      const { curve } = (await bench.grpo(recipe, await bench.sft(recipe))).summary.grpo;
      const first = curve[0]!;
      const last = {
        mean_length: mean(curve.slice(-LAST).map((point) => point.mean_length)),
        accuracy: mean(curve.slice(-LAST).map((point) => point.accuracy)),
      };
      const ratio = last.mean_length / first.mean_length;
      rows.push({
        arm: name,
        recipe: name,
        cells: [first.mean_length, last.mean_length, ratio, first.accuracy, last.accuracy],
      });
      const line = curve.map(({ step, mean_length }): [number, number] => [step, mean_length]);
      curves.push({ arm: name, x: 'GRPO step', y: 'tokens of a rollout', line });
    }
    return { rows, curves };
  },
  conclude({ rows }) {
    const ratios = rows.map((row) => meanOf(row, 2));
    const longer = ratios.filter((ratio) => ratio > 1).length;
    const times = (ratio: number) => `${ratio.toFixed(2)}×`;
    const found = `Rollouts grow on ${longer} of ${rows.length} families, from ${times(Math.min(...ratios))} to ${times(Math.max(...ratios))} the tokens.`;
    return { verdict: longer === rows.length ? 'agrees' : longer * 2 > rows.length ? 'partly' : 'disagrees', found };
  },
};
