/** Length of completions in tokens: mean and longest. */

import { groupsDrawn } from '../../../lab/run/groupMetrics';
import type { Series } from '../../shared/chartSeries';
import { fixed, inWords } from '../../shared/format';
import { type ChartRecord, grpoPoints, metric } from './chart';

const MEAN = 'completions/mean_length';
const LONGEST = 'completions/max_length';

const SERIES: readonly Series[] = [
  { key: 'length', label: 'mean length, tokens', color: 'var(--blue)', digits: 1 },
  { key: 'longest', label: 'longest', color: 'var(--grey)', dash: '5 3', digits: 0 },
];

export const length: ChartRecord = {
  title: 'Trace length',
  explanation:
    'Mean length of the completions in tokens, end token included. Growing traces are good while accuracy rises with them. Traces that hit the length limit without an end token are cut off and earn less.',
  domain: [0, 'auto'],
  series: () => SERIES,
  points: (run) =>
    grpoPoints(run, [MEAN, LONGEST], (step) => ({ length: metric(step, MEAN), longest: metric(step, LONGEST) })),
  headline({ grpo }) {
    const { last } = grpo;
    return last ? fixed(metric(last, MEAN), 1) : null;
  },
  words({ grpo }) {
    const { last } = grpo;
    if (!last) return 'How long the model thinks before it answers.';
    const growth = metric(last, MEAN) / metric({ metrics: grpo.metricsAt(0, [MEAN]) }, MEAN);
    const change = growth > 1.05 || growth < 0.95 ? `${fixed(growth, 1)} times as long as` : 'about as long as';
    return (
      `Traces are ${change} when GRPO began; ` +
      `${inWords(metric(last, 'completions/clipped_ratio'))} hit the length limit.` +
      (groupsDrawn(last.metrics) ? ' Only groups that are trained on count here.' : '')
    );
  },
};
