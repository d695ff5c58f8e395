/** Comparison of up to six runs: their curves over each other, what differs between their recipes, and their final numbers. */
import { ArrowLeft } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { differences, seedGroups } from '../../../lab/stored/comparison';
import { compared, endComparison, readComparison } from '../../../store/compared';
import { titleOf } from '../../../store/runs';
import { allFields, SECTIONS } from '../../setup/fields';
import { ChartGrid } from '../../shared/ChartGrid';
import { Chart } from '../../shared/chart/Chart';
import { createCursor, type Playhead } from '../../shared/chart/cursor';
import { useLab } from '../../shared/hooks';
import { Notice } from '../../shared/Notice';
import { Panel } from '../../shared/Panel';
import texts from '../../shared/text.module.css';
import { useRuns } from '../hooks';
import styles from './Comparison.module.css';
import { linesOf, namesOf, type ReadRun, readRuns } from './columns';
import { type Align, chartOf, type Line, type Measure, measures } from './lines';
import { Differences, FinalNumbers } from './Tables';

const X_LABELS: Readonly<Record<Align, string>> = { step: 'GRPO step', tokens: 'GRPO tokens' };

interface MeasureChartProps {
  readonly lines: readonly Line[];
  readonly measure: Measure;
  readonly align: Align;
  readonly playhead: Playhead;
}

function MeasureChart({ lines, measure, align, playhead }: MeasureChartProps) {
  const { data, series } = useMemo(() => chartOf(lines, measure, align), [lines, measure, align]);
  return (
    <Panel title={measure.title}>
      <Chart
        title={`${measure.title} of the runs`}
        {...{ data, series, playhead }}
        xLabel={X_LABELS[align]}
        {...(measure.limits && { limits: measure.limits })}
      />
    </Panel>
  );
}

/** Titles of the recipe's fields by path, with their section where they have one. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ...allFields.map(({ path, title }) => [path, title] as const),
  ...SECTIONS.flatMap((section) =>
    section.fields.map(({ path, title }) => [path, `${section.title}: ${title}`] as const),
  ),
]);

function Read({ runs }: { readonly runs: readonly ReadRun[] }) {
  const [align, setAlign] = useState<Align>('step');
  const [grouped, setGrouped] = useState(true);
  const [selected, onSelect] = useState<number | null>(null);
  const cursor = useMemo(() => createCursor(), []);
  const playhead = useMemo(() => ({ cursor, selected, onSelect }), [cursor, selected]);
  const groups = useMemo(() => seedGroups(runs.map(({ history }) => history)), [runs]);
  const hasSeeds = groups.some(({ length }) => length > 1);
  const shown = useMemo(() => (grouped ? groups : runs.map((_, i) => [i])), [grouped, groups, runs]);
  const lines = useMemo(() => linesOf(runs, shown), [runs, shown]);
  const different = useMemo(() => differences(runs.map(({ history }) => history)), [runs]);
  const hasCurves = runs.some(({ history }) => history.curve.step.length > 0);
  const chooseAlign = (chosen: Align) => {
    setAlign(chosen);
    onSelect(null); // the place of another axis
  };
  return (
    <>
      <div className={styles.controls}>
        <label>
          Align by{' '}
          <select value={align} onChange={({ target }) => chooseAlign(target.value as Align)}>
            <option value="step">GRPO step</option>
            <option value="tokens">tokens trained</option>
          </select>
        </label>
        {hasSeeds && (
          <label>
            <input type="checkbox" checked={grouped} onChange={({ target }) => setGrouped(target.checked)} /> Group
            seeds as mean ± sd
          </label>
        )}
      </div>
      {hasCurves ? (
        <ChartGrid>
          {measures.map((measure) => (
            <MeasureChart key={measure.id} {...{ lines, measure, align, playhead }} />
          ))}
        </ChartGrid>
      ) : (
        <p className={texts.empty}>None of these runs has come to GRPO yet, so there are no curves.</p>
      )}
      {align === 'tokens' && <p className={texts.words}>Between two steps, values over tokens are interpolated.</p>}
      <FinalNumbers lines={lines} />
      <Differences names={namesOf(runs)} differences={different} titles={TITLES} />
    </>
  );
}

export function Comparison() {
  const names = useLab((state) => state.compared);
  const runs = useStore(compared, (state) => state.runs);
  const fault = useStore(compared, (state) => state.fault);
  const list = useRuns((state) => state.list);
  useEffect(() => {
    void readComparison(names);
  }, [names]);
  // a run that trains has grown when the list was read again
  const sizes = list.map(({ name, bytes }) => (names.includes(name) ? bytes : 0)).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: reads again when a compared run has grown
  useEffect(() => {
    if (list.length > 0) void readComparison(names);
  }, [sizes]);
  const read = useMemo(() => {
    const titles = new Map(list.map((run) => [run.name, titleOf(run)]));
    return runs && readRuns(runs, (name) => titles.get(name) ?? name);
  }, [runs, list]);
  return (
    <section className={styles.comparison} aria-label="Comparison">
      <div className={styles.head}>
        <button type="button" onClick={endComparison}>
          <ArrowLeft size={16} aria-hidden="true" /> All runs
        </button>
        <h2>{names.length === 1 ? 'One run' : `${names.length} runs compared`}</h2>
      </div>
      {fault !== null && (
        <Notice kind="error" shape="banner">
          <b>The runs cannot be read.</b> {fault}
        </Notice>
      )}
      {runs
        ?.filter((run) => run.fault !== null)
        .map(({ run, fault: own }) => (
          <Notice key={run} kind="warning" shape="banner">
            <b>{run} is left out.</b> {own}
          </Notice>
        ))}
      {!read && fault === null && <p className={texts.empty}>Reading the runs …</p>}
      {read && read.length > 0 && <Read runs={read} />}
    </section>
  );
}
