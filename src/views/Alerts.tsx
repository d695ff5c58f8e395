/** What is going wrong, told as it happens: no signal, truncation, KL, entropy. */
import { type GrpoEvent, groupsWithoutSpread } from '../lab/events';
import { percent } from './format';
import { useRun } from './hooks';

/** Thresholds past which a step is worth a word. */
const MOST_GROUPS = 0.5;
const TRUNCATED = 0.5;
const KL_HIGH = 2;
const ENTROPY_LOW = 0.003;

export function alertsOf({ metrics }: Pick<GrpoEvent, 'metrics'>, vocabulary: number): string[] {
  const value = (name: string) => metrics[name] ?? 0;
  const alerts: string[] = [];
  const withoutSpread = groupsWithoutSpread(metrics);
  if (withoutSpread > MOST_GROUPS) {
    const allWrong = value('frac_all_wrong');
    const allRight = value('frac_accuracy_zero_std') - allWrong;
    const groups = `in ${percent(withoutSpread)} of the groups all rewards are equal`;
    alerts.push(
      allRight > MOST_GROUPS
        ? `Little left to learn: ${groups}; ${percent(allRight)} are all right`
        : `No signal: ${groups}; ${percent(allWrong)} are all wrong`,
    );
  }
  if (value('completions/clipped_ratio') > TRUNCATED)
    alerts.push(
      `Truncation: ${percent(value('completions/clipped_ratio'))} of the completions are cut off; raise L max`,
    );
  if (value('kl') > KL_HIGH)
    alerts.push('KL is high: the policy is far from the SFT model; lower the learning rate or raise β');
  if (value('entropy') < ENTROPY_LOW) alerts.push('Entropy has collapsed: every thought is the same');
  if (value('entropy') > 0.8 * Math.log(vocabulary)) alerts.push('Entropy is near that of guessing every token');
  return alerts;
}

export function Alerts() {
  const { grpo, start } = useRun();
  const last = grpo.at(-1);
  const alerts = last && start ? alertsOf(last, start.vocabulary.length) : [];
  return (
    <div className="alerts">
      {alerts.map((alert) => (
        <span key={alert} className="alert">
          {alert}
        </span>
      ))}
    </div>
  );
}
