/** Alerts of a step: success, a missing signal, a policy that runs away. */

import type { GrpoEvent, SftEvent } from '../../lab/run/events';
import { groupsWithoutSpread } from '../../lab/run/groupMetrics';
import { KL_FAR, policyAlertWords } from '../../lab/run/policyAlert';
import { percent } from './format';
import type { NoticeKind } from './Notice';

export interface Alert {
  readonly kind: NoticeKind;
  /** Constant while the alert lasts. */
  readonly title: string;
  /** With this step's numbers. */
  readonly detail: string;
}

/** Thresholds of the alerts, as shares and nats. */
const MOST_GROUPS = 0.5;
const TRUNCATED = 0.5;
const ENTROPY_LOW = 0.003;
/** Minimum accuracy at which low entropy is a success. */
const LEARNT = 0.9;

/** Steps of SFT that must agree, so that one unlucky batch raises no alert. */
const SFT_STEPS = 3;

/**
 * Alerts of SFT: the loss is worse than ln V, which guessing every token costs.
 * @param vocabulary V, the number of tokens
 */
export function sftAlertsOf(steps: readonly Pick<SftEvent, 'loss'>[], vocabulary: number): Alert[] {
  const last = steps.slice(-SFT_STEPS).map(({ loss }) => loss);
  const guessing = Math.log(vocabulary);
  // random weights start a little above it
  const most = Math.max(guessing, ...steps.slice(0, 1).map(({ loss }) => loss)) * 1.1;
  if (steps.length <= SFT_STEPS || !last.every((loss) => loss > most)) return [];
  const detail = `loss is ${last.at(-1)!.toPrecision(3)}, random guessing has ${guessing.toFixed(2)}; stop the run and lower the learning rate`;
  return [{ kind: 'error', title: 'SFT diverges', detail }];
}

/**
 * Alerts of a GRPO step.
 * @param vocabulary V, the number of tokens
 * @param untrained true where the run has no SFT: its policy guesses at any learning rate
 */
export function alertsOf(
  { metrics, alert }: Pick<GrpoEvent, 'metrics' | 'alert'>,
  vocabulary: number,
  untrained = false,
): Alert[] {
  const value = (name: string) => metrics[name] ?? 0;
  const alerts: Alert[] = [];
  if (alert) alerts.push({ kind: 'error', ...policyAlertWords(alert) });
  const withoutSpread = groupsWithoutSpread(metrics);
  if (withoutSpread > MOST_GROUPS) {
    const allWrong = value('frac_all_wrong');
    const allRight = value('frac_accuracy_zero_std') - allWrong;
    const groups = `${percent(withoutSpread)} of the groups got identical rewards`;
    alerts.push(
      allRight > MOST_GROUPS
        ? { kind: 'success', title: 'Nearly solved', detail: `${groups}; ${percent(allRight)} are all right` }
        : { kind: 'warning', title: 'No signal', detail: `${groups}; ${percent(allWrong)} are all wrong` },
    );
  }
  const clipped = value('completions/clipped_ratio');
  if (clipped > TRUNCATED)
    alerts.push({
      kind: 'warning',
      title: 'Truncation',
      detail: `${percent(clipped)} of the completions hit the length limit; raise L max`,
    });
  if (value('kl') > KL_FAR)
    alerts.push({
      kind: 'warning',
      title: 'KL is high',
      detail: 'the policy is far from the SFT model; lower the learning rate or raise β',
    });
  if (value('entropy') < ENTROPY_LOW)
    alerts.push(
      value('accuracy') >= LEARNT
        ? { kind: 'note', title: 'Entropy is near 0', detail: 'the policy is certain, and it is right' }
        : { kind: 'warning', title: 'Entropy has collapsed', detail: 'all thoughts are the same' },
    );
  if (value('entropy') > 0.8 * Math.log(vocabulary))
    alerts.push(
      untrained
        ? {
            kind: 'note',
            title: 'The policy guesses',
            detail: 'it had no SFT; add SFT steps, so that GRPO has a signal',
          }
        : {
            kind: 'error',
            title: 'The policy guesses',
            detail: 'entropy is near that of random guessing; lower the learning rate',
          },
    );
  return alerts;
}
