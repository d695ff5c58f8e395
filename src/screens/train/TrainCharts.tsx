/** Charts of the run on screen: a panel for each list of records, with tabs where it has several. */
import { useMemo, useState } from 'react';
import { Chart } from '../shared/Chart';
import { ChartGrid } from '../shared/ChartGrid';
import { drawnPoints } from '../shared/chartSummary';
import { useRun } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import type { ChartRecord, PanelCharts } from './charts/chart';
import styles from './TrainCharts.module.css';

/** Milliseconds between the updates of one panel and the next. */
const STAGGER = 60;

interface TabsProps {
  readonly charts: readonly ChartRecord[];
  readonly shown: ChartRecord;
  readonly onShow: (chart: ChartRecord) => void;
}

function Tabs({ charts, shown, onShow }: TabsProps) {
  return (
    <div className={styles.tabs} role="group" aria-label="Chart">
      {charts.map((chart) => (
        <button key={chart.title} type="button" aria-pressed={chart === shown} onClick={() => onShow(chart)}>
          {chart.title}
        </button>
      ))}
    </div>
  );
}

function ChartPanel({ charts, delay }: { readonly charts: PanelCharts; readonly delay: number }) {
  const [chosen, choose] = useState<ChartRecord | null>(null);
  const chart = chosen ?? charts[0];
  const { title, explanation, domain, xLabel = 'step' } = chart;
  const run = useRun(delay);
  const steps = run.sft.length + run.grpo.length;
  const series = useMemo(() => chart.series(run), [chart, run, run.start]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the run grows in place; its number of steps says when
  const drawn = useMemo(() => drawnPoints(chart.points(run), series, xLabel), [chart, run, series, xLabel, steps]);
  return (
    <Panel title={title} explanation={explanation} aside={chart.headline(run)}>
      {charts.length > 1 && <Tabs charts={charts} shown={chart} onShow={choose} />}
      <Chart title={title} {...drawn} series={series} xLabel={xLabel} {...(domain && { domain })} />
      <p className={texts.words}>{chart.words(run)}</p>
    </Panel>
  );
}

/** @param panels charts of each panel, the first of them shown first */
export function TrainCharts({ panels }: { readonly panels: readonly PanelCharts[] }) {
  return (
    <ChartGrid>
      {panels.map((charts, i) => (
        <ChartPanel key={i} charts={charts} delay={i * STAGGER} />
      ))}
    </ChartGrid>
  );
}
