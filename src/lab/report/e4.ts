/** E4: RL makes traces longer. */
import { mean } from '../../stats';
import { type ArmNumbers, oneRun } from './arm';
import { type Experiment, meanOf } from './experiment';
import { byRule, effectPerRow, valuesOf } from './rule';
import { familyRecipes } from './seeded';

/** Number of last GRPO steps over which rollouts are averaged. */
const LAST = 5;
/** Range of ratios that counts as about the report's 1.5×. */
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
  why: 'A tiny model has two ways to answer: at once, or by the trace that SFT taught. GRPO moves probability from the first to the second. Length therefore saturates at the length of the teacher’s trace, while the report’s traces can keep growing.',
  arms: familyRecipes.map((recipe) => ({
    ...oneRun(recipe, recipe, {}, ({ grpo: { curve } }) => {
      const [first, last] = [curve[0]!, curve.slice(-LAST)];
      const length = mean(last.map(({ mean_length }) => mean_length));
      const accuracy = mean(last.map((point) => point.accuracy));
      return [first.mean_length, length, length / first.mean_length, first.accuracy, accuracy];
    }),
    curve: ({ runs }: ArmNumbers) => ({
      ...{ x: 'GRPO step', y: 'tokens of a rollout' },
      line: runs[0]!.grpo.curve.map(({ step, mean_length }) => [step, mean_length] as const),
    }),
  })),
  conclude({ rows }) {
    const ratios = rows.map((row) => meanOf(row, 2));
    const about = ratios.filter((ratio) => ratio >= ABOUT[0] && ratio <= ABOUT[1]).length;
    const times = (ratio: number) => `${ratio.toFixed(2)}×`;
    const worse = rows.filter((row) => meanOf(row, 2) > 1 && meanOf(row, 4) < meanOf(row, 3)).map(({ arm }) => arm);
    const found =
      `After GRPO, rollouts have ${times(Math.min(...ratios))} to ${times(Math.max(...ratios))} the tokens. ` +
      `On ${about} of ${rows.length} families the ratio is between ${ABOUT.map((ratio) => `${ratio}×`).join(' and ')}. ` +
      `Longer is not better: length grows while accuracy falls on ${worse.length === 0 ? 'no family' : worse.join(' and ')}.`;
    const effects = effectPerRow(rows, (row) => valuesOf(row, 2).map((ratio) => ratio - 1));
    return byRule({ what: 'tokens after GRPO ÷ tokens before, minus 1', unit: 'ratio' }, effects, found);
  },
};
