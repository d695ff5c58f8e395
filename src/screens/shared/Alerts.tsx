/** Alerts of the run on screen, above its charts. */
import styles from './Alerts.module.css';
import { alertsOf, sftAlertsOf } from './alertsOf';
import { useRun } from './hooks';
import { Notice } from './Notice';

export function Alerts() {
  const { sft, grpo, start } = useRun();
  const last = grpo.last;
  const vocabulary = start?.vocabulary.length ?? 0;
  const alerts = last ? alertsOf(last, vocabulary, sft.length === 0) : sftAlertsOf(sft, vocabulary);
  return (
    <div className={styles.alerts}>
      {alerts.map(({ kind, title, detail }) => (
        <Notice key={title} kind={kind} shape="pill">
          <b>{title}</b>: {detail}
        </Notice>
      ))}
    </div>
  );
}
