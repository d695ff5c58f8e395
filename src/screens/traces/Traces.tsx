/** Traces: every rollout of the run in a table, and one of them in full. */
import { useEffect, useState } from 'react';
import { ALL_TRACES } from '../../lab/traces/query';
import { show } from '../../store/lab';
import { followTraces } from '../../store/traces';
import { Alerts } from '../shared/Alerts';
import { useLab, useRun } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import { noGroupReason } from '../shared/runWords';
import texts from '../shared/text.module.css';
import { useShownPlace, useTraces } from './hooks';
import { useTableKeys } from './keys';
import { Reader } from './Reader';
import { Scrubber } from './Scrubber';
import { Toolbar } from './Toolbar';
import styles from './Traces.module.css';
import { TraceTable } from './TraceTable';
import type { ColorId } from './tokenColors';

const ABOUT = 'Every completion that the model wrote in GRPO. Choose one to read it, with its reward and its tokens.';

/** State of a run without traces. */
function NoTraces() {
  const run = useRun();
  const source = useLab((state) => state.source);
  const status = useLab((state) => state.status);
  const isComplete = useTraces((state) => state.indexed?.isComplete ?? false);
  return (
    <p className={texts.empty} role="status">
      {isComplete ? noGroupReason(run, { source, status }) : 'Reading the traces of this run …'}
    </p>
  );
}

/** State of a selection without rows. */
function NothingFound() {
  const traces = useLab((state) => state.traces);
  const sought = [traces.filter, traces.find && `“${traces.find}”`].filter(Boolean).join(' and ');
  return (
    <div className={styles.nothing} data-testid="nothing-found">
      <p>
        No trace matches <code>{sought}</code>.
      </p>
      <p className={texts.words}>The filter has no fault: this run has no such trace so far.</p>
      <button type="button" onClick={() => show({ traces: { ...ALL_TRACES, sort: traces.sort } })}>
        Show all traces
      </button>
    </div>
  );
}

export function Traces() {
  useEffect(followTraces, []);
  const fault = useTraces((state) => state.fault);
  const rollouts = useTraces((state) => state.indexed?.rollouts ?? 0);
  const count = useTraces((state) => state.selected?.count ?? null);
  const chosenStep = useLab((state) => state.step);
  const { place, step } = useShownPlace();
  const [color, setColor] = useState<ColorId>('logprob');
  useTableKeys(place);
  if (fault !== null)
    return (
      <Notice kind="error" shape="banner">
        The traces of this run cannot be read: {fault}
      </Notice>
    );
  return (
    <>
      <Alerts />
      {rollouts === 0 ? (
        <NoTraces />
      ) : (
        <div className={styles.split}>
          <Panel title="All traces" explanation={ABOUT} aside={<Scrubber step={place?.step ?? null} />}>
            <Toolbar />
            {count === 0 ? <NothingFound /> : <TraceTable place={place} />}
          </Panel>
          <Reader
            isEmpty={count === 0 && chosenStep === null}
            place={place}
            step={step}
            color={color}
            onColor={setColor}
          />
        </div>
      )}
    </>
  );
}
