/** Charts of one metric, by its name in the events. */
import { fixed } from '../../shared/format';
import { type ChartRecord, grpoPoints, metric } from './chart';

interface MetricChart extends Pick<ChartRecord, 'title' | 'explanation'> {
  readonly name: string;
  readonly digits: number;
  /** Sentence below the chart. */
  readonly sentence: string;
}

/** Chart of a metric of GRPO. */
export const grpoChart = ({ name, digits, sentence, title, explanation }: MetricChart): ChartRecord => ({
  title,
  explanation,
  series: () => [{ key: 'grpo', label: 'GRPO', color: 'var(--blue)', digits }],
  points: (run) => grpoPoints(run, [name], (step) => ({ grpo: metric(step, name) })),
  headline({ grpo }) {
    const { last } = grpo;
    return last ? fixed(metric(last, name), digits) : null;
  },
  words: () => sentence,
});

interface StagesMetricChart extends MetricChart {
  readonly name: 'loss' | 'grad_norm';
}

/** Chart of a metric that SFT and GRPO share, one stage after the other. */
export const stagesChart = (chart: StagesMetricChart): ChartRecord => {
  const { name, digits } = chart;
  const ofGrpo = grpoChart(chart);
  return {
    ...ofGrpo,
    xLabel: 'step, SFT then GRPO,',
    series: (run) => [{ key: 'sft', label: 'SFT', color: 'var(--orange)', dash: '5 3', digits }, ...ofGrpo.series(run)],
    points: (run) => [
      ...run.sft.map((event) => ({ x: event.step, sft: event[name], grpo: null })),
      ...ofGrpo.points(run).map((point) => ({ ...point, x: run.sft.length + point.x, sft: null })),
    ],
    headline(run) {
      const last = run.sft.at(-1);
      return ofGrpo.headline(run) ?? (last ? fixed(last[name], digits) : null);
    },
  };
};
