/** E4: reinforcement lengthens traces. */
import { mean } from '../../stats';
import { type Experiment, meanOf } from './experiment';
import { byRule, seedsOf } from './rule';
import { familyRecipes, seeded } from './seeded';

/** Steps at the end of GRPO over which rollouts are averaged. */
const LAST = 5;
/** What counts as about the report's 1.5×. */
const ABOUT = [1.3, 1.7] as const;

export const e4: Experiment = {
  id: 'E4',
  title: 'Trace length over RL',
  finding: 'RL lengthens traces',
  report: 'on average 50 % more tokens (the released model card of Phi-4-reasoning-plus)',
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
    const about = ratios.filter((ratio) => ratio >= ABOUT[0] && ratio <= ABOUT[1]).length;
    const times = (ratio: number) => `${ratio.toFixed(2)}×`;
    const worse = rows.filter((row) => meanOf(row, 2) > 1 && meanOf(row, 4) < meanOf(row, 3)).map(({ arm }) => arm);
    const found =
      `Rollouts come to ${times(Math.min(...ratios))} to ${times(Math.max(...ratios))} the tokens; ${about} of ${rows.length} families lie between ${ABOUT.map((ratio) => `${ratio}×`).join(' and ')}. ` +
      `Longer is not better: ${worse.length === 0 ? 'no family grows' : `${worse.join(' and ')} grow`} while accuracy falls.`;
    const effects = rows.map((row) => ({ arm: row.arm, values: seedsOf(row, 2).map((ratio) => ratio - 1) }));
    return byRule({ what: 'tokens after GRPO ÷ tokens before, less 1', unit: 'ratio' }, effects, found);
  },
};
