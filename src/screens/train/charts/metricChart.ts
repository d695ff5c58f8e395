/** Charts of one metric, by its name in the events. */
import { fixed } from '../../shared/format';
import { type ChartRecord, grpoData, metric } from './chart';

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
  series: () => [{ key: 'grpo', label: 'GRPO', color: 'var(--run-1)', digits }],
  data: (run) => grpoData(run, { grpo: (read) => read(name) ?? 0 }),
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
    series: (run) => [{ key: 'sft', label: 'SFT', color: 'var(--run-2)', dash: '5 3', digits }, ...ofGrpo.series(run)],
    origin: ({ sft }) => sft.length,
    data(run) {
      const { sft } = run;
      const grpo = ofGrpo.data(run);
      const before = sft.length;
      return {
        length: before + grpo.length,
        x: (i) => (i < before ? (sft[i]?.step ?? i + 1) : before + grpo.x(i - before)),
        value(i, key) {
          if (i < before) return key === 'sft' ? (sft[i]?.[name] ?? null) : null;
          return key === 'sft' ? null : grpo.value(i - before, key);
        },
      };
    },
    headline(run) {
      const last = run.sft.at(-1);
      return ofGrpo.headline(run) ?? (last ? fixed(last[name], digits) : null);
    },
  };
};
