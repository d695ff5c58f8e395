/** Reasons for the parts of a reward, each with its value, weight and product. */
import { partReason, termOf } from '../../lab/run/reasons';
import type { Rollout, RolloutGroup } from '../../train/grpo';
import { fixed, signed } from './format';
import styles from './Reasons.module.css';

interface ReasonsProps {
  readonly group: Pick<RolloutGroup, 'task'>;
  readonly rollout: Pick<Rollout, 'verdict' | 'parts' | 'reward'>;
}

export function Reasons({ group, rollout }: ReasonsProps) {
  return (
    <dl className={styles.reasons} data-testid="reasons">
      {rollout.parts.map((part) => (
        <div key={part.name}>
          <dt>
            <i style={{ background: termOf(part).color }} />
            {termOf(part).title}
          </dt>
          <dd>
            <b>{signed(part.value)}</b> × {fixed(part.weight, 3)} = <b>{signed(part.weight * part.value)}</b>
            <span>{partReason(group, rollout, part)}</span>
          </dd>
        </div>
      ))}
      <div>
        <dt>Total</dt>
        <dd>
          <b>{signed(rollout.reward)}</b>
        </dd>
      </div>
    </dl>
  );
}
