/** What a run has to tell as it happens, above its charts. */
import { alertsOf } from './alertsOf';
import { useRun } from './hooks';
import { Notice } from './Notice';

export function Alerts() {
  const { grpo, start } = useRun();
  const last = grpo.at(-1);
  const alerts = last && start ? alertsOf(last, start.vocabulary.length) : [];
  return (
    <div className="alerts">
      {alerts.map(({ kind, title, detail }) => (
        <Notice key={title} kind={kind} shape="pill">
          <b>{title}</b>: {detail}
        </Notice>
      ))}
    </div>
  );
}
