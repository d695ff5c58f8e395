/** Alerts of the run on screen, above its charts: at most three, those that last first. An alert that comes and goes has one line. */
import { useState } from 'react';
import type { Raised } from '../../lab/run/alerts/log';
import type { RunData } from '../../store/run';
import styles from './Alerts.module.css';
import { alertsOf, dismiss, showTrace } from './alertsOf';
import { useRun } from './hooks';
import { Notice } from './Notice';

const MOST = 3;

function Alert({ run, raised, onDismiss }: { run: RunData; raised: Raised; onDismiss: () => void }) {
  const { record, values, from, to, lasts, times } = raised;
  const { title, detail } = record.words(values);
  const when = from === to ? `step ${to}` : `steps ${from}–${to}`;
  return (
    <Notice kind={lasts ? record.kind : 'note'} shape="pill">
      <div className={styles.alert}>
        <p>
          <b>{title}</b>: {detail}
          {!lasts && (
            <>
              . Ended, {when}
              {times > 1 && `; ${times} times so far`}
            </>
          )}
        </p>
        <span className={styles.actions}>
          {record.stage === 'grpo' && (
            <button
              type="button"
              aria-label={`Show trace: ${title}, step ${to}`}
              onClick={() => showTrace(run, raised)}
            >
              Show trace
            </button>
          )}
          <button type="button" aria-label={`Dismiss: ${title}`} onClick={onDismiss}>
            Dismiss
          </button>
        </span>
      </div>
    </Notice>
  );
}

export function Alerts() {
  const run = useRun();
  const [, redraw] = useState(0);
  const all = alertsOf(run);
  return (
    <div className={styles.alerts}>
      {all.slice(0, MOST).map((raised) => (
        <Alert
          key={raised.record.code}
          run={run}
          raised={raised}
          onDismiss={() => {
            dismiss(run, raised);
            redraw((count) => count + 1);
          }}
        />
      ))}
      {all.length > MOST && <p className={styles.more}>{all.length - MOST} more; dismiss one to see the next</p>}
    </div>
  );
}
