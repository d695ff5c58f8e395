/** Length of completions in tokens: mean and longest. */

import { groupsDrawn } from '../../../lab/run/groupMetrics';
import type { Series } from '../../shared/chart/series';
import { fixed, inWords } from '../../shared/format';
import { type ChartRecord, grpoData, metric, SMOOTHED } from './chart';

const MEAN = 'completions/mean_length';
const LONGEST = 'completions/max_length';

const SERIES: readonly Series[] = [
  { key: 'length', label: 'mean, tokens', color: 'var(--run-1)', smooth: SMOOTHED, digits: 1 },
  { key: 'longest', label: 'longest', color: 'var(--grey)', dash: '5 3', digits: 0 },
];

export const length: ChartRecord = {
  title: 'Trace length',
  explanation:
    'Mean length of the completions in tokens, end token included. Growing traces are good while accuracy rises with them. Traces that hit the length limit without an end token are cut off and earn less.',
  limits: [0, null],
  series: () => SERIES,
  data: (run) => grpoData(run, { length: (read) => read(MEAN) ?? 0, longest: (read) => read(LONGEST) ?? 0 }),
  headline({ grpo }) {
    const { last } = grpo;
    return last ? fixed(metric(last, MEAN), 1) : null;
  },
  words({ grpo }) {
    const { last } = grpo;
    if (!last) return 'How long the model thinks before it answers.';
    const growth = metric(last, MEAN) / (grpo.metricAt(0, MEAN) ?? 1);
    const change = growth > 1.05 || growth < 0.95 ? `${fixed(growth, 1)} times as long as` : 'about as long as';
    return (
      `Traces are ${change} when GRPO began; ` +
      `${inWords(metric(last, 'completions/clipped_ratio'))} hit the length limit.` +
      (groupsDrawn(last.metrics) ? ' Only groups that are trained on count here.' : '')
    );
  },
};
