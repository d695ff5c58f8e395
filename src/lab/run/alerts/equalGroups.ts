import { percent } from '../../../units';
import { groupsWithoutSpread } from '../groupMetrics';
import { type AlertRecord, type AlertRun, numberOf, type Values } from './alert';

/** Share of groups from which on most of a batch teaches nothing. */
const MOST = 0.5;

const NAMES = ['frac_groups_zero_std', 'frac_reward_zero_std', 'frac_all_wrong', 'frac_accuracy_zero_std'] as const;

/** Shares of the groups with equal rewards, all right and all wrong; null where most groups have a signal. */
function sharesOf(run: AlertRun, i: number): Values | null {
  const metrics: Record<string, number> = {};
  for (const name of NAMES) {
    const value = run.metric(i, name);
    if (value !== undefined) metrics[name] = value;
  }
  const equal = groupsWithoutSpread(metrics);
  if (equal <= MOST) return null;
  const wrong = metrics.frac_all_wrong ?? 0;
  return { equal, wrong, right: (metrics.frac_accuracy_zero_std ?? 0) - wrong };
}

const shared = {
  stage: 'grpo',
  steps: 2,
  /** Any trace of a group with equal rewards. */
  blame: (_: unknown, __: Values, { rollouts }) =>
    rollouts.every(({ reward }) => reward === rollouts[0]!.reward) ? 1 : 0,
} as const satisfies Partial<AlertRecord>;

const equalWords = (values: Values) => `${percent(numberOf(values, 'equal'), 0)} of the groups got identical rewards`;

/** Most groups have equal rewards and are not all right: their advantages are 0, so nothing is learned. */
export const equalGroups: AlertRecord = {
  ...shared,
  code: 'equal_groups',
  kind: 'warning',
  start: (run) => (i) => {
    const shares = sharesOf(run, i);
    return shares && numberOf(shares, 'right') <= MOST ? shares : null;
  },
  words: (values) => ({
    title: 'No signal',
    detail: `${equalWords(values)}; ${percent(numberOf(values, 'wrong'), 0)} are all wrong; use easier problems or more answers`,
  }),
};

/** Most groups have equal rewards because all of their answers are right: the goal is near. */
export const nearlySolved: AlertRecord = {
  ...shared,
  code: 'nearly_solved',
  kind: 'success',
  start: (run) => (i) => {
    const shares = sharesOf(run, i);
    return shares && numberOf(shares, 'right') > MOST ? shares : null;
  },
  words: (values) => ({
    title: 'Nearly solved',
    detail: `${equalWords(values)}; ${percent(numberOf(values, 'right'), 0)} are all right`,
  }),
};
