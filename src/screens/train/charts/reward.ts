/** Reward of a step with its deviation within groups, against the maximum that a completion can earn. */

import { groupsDrawn, groupsWithoutSpread, meansOfAllGroups } from '../../../lab/run/groupMetrics';
import { recipeAt } from '../../../lab/run/workedOut';
import { mostReward } from '../../../rewards/total';
import type { Metrics } from '../../../train/metrics';
import type { Series } from '../../shared/chart/series';
import { fixed, inWords } from '../../shared/format';
import { type ChartRecord, grpoData, ofAllGroups, type ReadMetric, SMOOTHED } from './chart';

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

const deviation = (read: ReadMetric): number => read('reward_std/in_group') ?? read('reward_std') ?? 0;

const SERIES: readonly Series[] = [
  { key: 'band', label: '± sd', color: 'var(--run-1)', band: ['low', 'high'], digits: 2 },
  { key: 'reward', label: 'reward', color: 'var(--run-1)', smooth: SMOOTHED, digits: 2 },
];

export const reward: ChartRecord = {
  title: 'Reward',
  explanation:
    'Mean total reward of the batch: each term times its weight, summed. Rising is good. The report uses 8/13 · accuracy scaled by length + 1/13 · repetition, at most 8/13 (0.615); other weights, terms and constants change the maximum. The band is one standard deviation within a group, averaged over the groups that are trained on.',
  series: () => SERIES,
  data: (run) =>
    grpoData(run, {
      reward: (read) => ofAllGroups(read, 'reward'),
      low: (read) => ofAllGroups(read, 'reward') - deviation(read),
      high: (read) => ofAllGroups(read, 'reward') + deviation(read),
    }),
  headline({ grpo }) {
    const { last } = grpo;
    return last ? fixed(meansOfAllGroups(last.metrics).reward, 2) : null;
  },
  words({ grpo, start, changes }) {
    const { last } = grpo;
    if (!last) return 'Rewards start with GRPO, after SFT.';
    // a reward applied during training changes the maximum
    const most = start && mostReward(recipeAt(start.recipe, changes, last.step).reward);
    const maximum = most === null ? '' : ` (maximum ${fixed(most, 2)})`;
    return `Average reward ${fixed(meansOfAllGroups(last.metrics).reward, 2)}${maximum}; ${signalWords(last.metrics)}`;
  },
};
