/** Group of completions of one problem: its prompt, G advantages, every trace with its reward and the reasons for it. */
import { useMemo } from 'react';
import { drawGroup } from '../../lab/run/draw';
import type { GrpoEvent, StartEvent } from '../../lab/run/events';
import { partReason, termOf } from '../../lab/run/reasons';
import { show } from '../../store/lab';
import type { Rollout, RolloutGroup } from '../../train/grpo';
import { classes } from './classes';
import { fixed, signed } from './format';
import styles from './Group.module.css';
import { type ShownStep, useLab, useShownStep } from './hooks';
import { flawsOf, judgementOf } from './judgement';
import { PartsBar } from './PartsBar';
import { Picture } from './Picture';
import { noGroupReason } from './runWords';
import { Trace } from './Trace';
import texts from './text.module.css';
import { Verdict } from './Verdict';

/** Blue above 0, orange below, stronger with distance from 0. The number stays easy to read on the strongest shade. */
const diverging = (value: number, most: number): string => {
  if (signed(value) === signed(0)) return 'var(--neutral)';
  const share = Math.min(1, Math.abs(value) / Math.max(most, 1e-9));
  return `color-mix(in srgb, var(${value < 0 ? '--orange' : '--blue'}) ${Math.round(20 + 35 * share)}%, var(--panel))`;
};

interface AdvantagesProps {
  readonly rollouts: readonly Rollout[];
  readonly chosen: number;
  readonly onChoose: (i: number) => void;
}

function Advantages({ rollouts, chosen, onChoose }: AdvantagesProps) {
  const most = rollouts.reduce((top, { advantage }) => Math.max(top, Math.abs(advantage)), 0);
  return (
    <div className={styles.advantages} role="group" aria-label="Advantages of the group">
      {rollouts.map(({ advantage }, i) => (
        <button
          key={i}
          type="button"
          data-testid="advantage"
          aria-pressed={i === chosen}
          style={{ background: diverging(advantage, most) }}
          onClick={() => onChoose(i)}
        >
          {signed(advantage)}
        </button>
      ))}
    </div>
  );
}

function RolloutRow({ rollout, start, chosen }: { rollout: Rollout; start: StartEvent; chosen: boolean }) {
  return (
    <li className={classes(styles.rollout, chosen && styles.chosen)} data-testid="rollout">
      <Verdict {...judgementOf(rollout)} />
      <Trace ids={rollout.ids} vocabulary={start.vocabulary} ended={rollout.ended} />
      <PartsBar parts={rollout.parts} />
      <span className={styles.number} data-testid="reward" title="reward">
        {signed(rollout.reward)}
      </span>
    </li>
  );
}

function Reasons({ group, rollout }: { group: RolloutGroup; rollout: Rollout }) {
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
        <dt>Advantage</dt>
        <dd>
          <b>{signed(rollout.advantage)}</b>
          <span>Compared with its group’s average; {rollout.ids.length} tokens</span>
        </dd>
      </div>
    </dl>
  );
}

export function GroupDetail({ group, start }: { group: RolloutGroup; start: StartEvent }) {
  const chosen = Math.min(
    useLab((state) => state.rollout),
    group.rollouts.length - 1,
  );
  const rollout = group.rollouts[chosen];
  const text = rollout?.text;
  const picture = useMemo(() => (text === undefined ? null : drawGroup(group, text)), [group, text]);
  return (
    <>
      <p className={styles.prompt} data-testid="prompt">
        <code>{group.prompt}</code> <span>Answer: {group.answer}</span>
      </p>
      {picture && <Picture picture={picture} flaws={rollout ? flawsOf(rollout) : []} />}
      <Advantages rollouts={group.rollouts} chosen={chosen} onChoose={(i) => show({ rollout: i })} />
      <ul className={styles.rollouts}>
        {group.rollouts.map((one, i) => (
          <RolloutRow key={i} rollout={one} start={start} chosen={i === chosen} />
        ))}
      </ul>
      {rollout && <Reasons group={group} rollout={rollout} />}
    </>
  );
}

/** Words for an old step without rollouts: they are being read, cannot be read, or were not stored. */
function oldStepWords({ shown, reading, fault }: ShownStep & { readonly shown: GrpoEvent }): string {
  if (fault !== null) return `The rollouts of step ${shown.step} cannot be read: ${fault}.`;
  if (reading) return `Reading step ${shown.step} …`;
  return 'This run is not stored, so only its late steps keep their rollouts. The charts keep the numbers of every step.';
}

/** Reason for an empty place where a group would be. */
export function NoGroup() {
  const step = useShownStep();
  const source = useLab((state) => state.source);
  const status = useLab((state) => state.status);
  const { run, shown } = step;
  return (
    <p className={texts.empty} role="status">
      {shown ? oldStepWords({ ...step, shown }) : noGroupReason(run, { source, status })}
    </p>
  );
}
