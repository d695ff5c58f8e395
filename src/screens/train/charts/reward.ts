/** Reward of a step with its deviation within groups, against the maximum that a completion can earn. */

import { groupsDrawn, groupsWithoutSpread, MEANS_OF_ALL_GROUPS, meansOfAllGroups } from '../../../lab/run/groupMetrics';
import { mostReward } from '../../../rewards/total';
import type { Metrics } from '../../../train/metrics';
import type { Series } from '../../shared/chartSeries';
import { fixed, inWords } from '../../shared/format';
import { type ChartRecord, grpoPoints, metric } from './chart';

/** Share of groups with different rewards within: only these have a gradient. Dynamic sampling counts every group it sampled. */
export function signalWords(metrics: Metrics): string {
  const groups = groupsDrawn(metrics);
  if (groups)
    return `${groups.kept === 0 ? 'none' : groups.kept} of ${groups.drawn} sampled groups ${
      groups.kept === 1 ? 'has' : 'have'
    } a learning signal.`;
  const without = groupsWithoutSpread(metrics);
  return without > 0
    ? `${inWords(without)} of the groups got identical rewards, so they teach nothing.`
    : 'every group has a learning signal.';
}

/** Metrics of the chart. */
const NAMES = [...MEANS_OF_ALL_GROUPS, 'reward_std/in_group', 'reward_std'];

const SERIES: readonly Series[] = [
  { key: 'band', label: '± sd', color: 'var(--blue)', band: true, digits: 2 },
  { key: 'reward', label: 'reward', color: 'var(--blue)', digits: 2 },
];

export const reward: ChartRecord = {
  title: 'Reward',
  explanation:
    'Mean total reward of the batch: each term times its weight, summed. Rising is good. The report uses 8/13 · accuracy scaled by length + 1/13 · repetition, at most 8/13 ≈ 0.615; other weights, terms and constants change the maximum. The band is one standard deviation within a group, averaged over the groups that are trained on.',
  series: () => SERIES,
  points: (run) =>
    grpoPoints(run, NAMES, (step) => {
      const { reward } = meansOfAllGroups(step.metrics);
      const sd = step.metrics['reward_std/in_group'] ?? metric(step, 'reward_std');
      return { reward, band: [reward - sd, reward + sd] as const };
    }),
  headline({ grpo }) {
    const { last } = grpo;
    return last ? fixed(meansOfAllGroups(last.metrics).reward, 2) : null;
  },
  words({ grpo, start }) {
    const { last } = grpo;
    if (!last) return 'Rewards start with GRPO, after SFT.';
    const most = start && mostReward(start.recipe.reward);
    const maximum = most === null ? '' : ` (maximum ${fixed(most, 2)})`;
    return `Average reward ${fixed(meansOfAllGroups(last.metrics).reward, 2)}${maximum}; ${signalWords(last.metrics)}`;
  },
};
