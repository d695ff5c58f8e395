/** Charts of the run on screen: a panel for each list of records, with tabs where it has several. One playhead moves all of them. */
import { useMemo, useState } from 'react';
import { show } from '../../store/lab';
import { ChartGrid } from '../shared/ChartGrid';
import { Chart } from '../shared/chart/Chart';
import { type Cursor, createCursor, type Playhead } from '../shared/chart/cursor';
import { useLab, useRun } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import type { ChartRecord, PanelCharts } from './charts/chart';
import { marksOf } from './marks';
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

/** Steps of SFT have no traces: choosing one follows the latest step. */
const select = (step: number | null): void => show({ step: step !== null && step >= 1 ? step : null, group: null });

function usePlayhead(cursor: Cursor): Playhead {
  const selected = useLab((state) => state.step);
  return useMemo(() => ({ cursor, selected, onSelect: select }), [cursor, selected]);
}

interface ChartPanelProps {
  readonly charts: PanelCharts;
  readonly delay: number;
  readonly cursor: Cursor;
}

function ChartPanel({ charts, delay, cursor }: ChartPanelProps) {
  const [chosen, choose] = useState<ChartRecord | null>(null);
  const chart = chosen ?? charts[0];
  const { title, explanation, limits, xLabel = 'step' } = chart;
  const run = useRun(delay);
  const checkpoints = useLab((state) => state.checkpoints);
  const playhead = usePlayhead(cursor);
  const steps = run.sft.length + run.grpo.length;
  const origin = chart.origin?.(run) ?? 0;
  const series = useMemo(() => chart.series(run), [chart, run, run.start]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the run grows in place; its number of steps says when
  const data = useMemo(() => chart.data(run), [chart, run, steps]);
  const marks = useMemo(
    () => marksOf(run, checkpoints).map((mark) => ({ ...mark, x: mark.x + origin })),
    [run, run.changes.length, run.sft.length, checkpoints, origin],
  );
  return (
    <Panel title={title} explanation={explanation} aside={chart.headline(run)}>
      {charts.length > 1 && <Tabs charts={charts} shown={chart} onShow={choose} />}
      <Chart {...{ title, data, series, xLabel, playhead, origin, marks }} {...(limits && { limits })} />
      <p className={texts.words}>{chart.words(run)}</p>
    </Panel>
  );
}

/** @param panels charts of each panel, the first of them shown first */
export function TrainCharts({ panels }: { readonly panels: readonly PanelCharts[] }) {
  const cursor = useMemo(createCursor, []);
  return (
    <ChartGrid>
      {panels.map((charts, i) => (
        <ChartPanel key={i} charts={charts} delay={i * STAGGER} cursor={cursor} />
      ))}
    </ChartGrid>
  );
}
