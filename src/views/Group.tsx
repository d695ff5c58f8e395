/** A group of completions of one problem: its prompt, G advantages, stacked reward parts, every trace. */
import { useMemo } from 'react';
import { drawGroup } from '../lab/run/draw';
import type { StartEvent } from '../lab/run/events';
import { partReason, termOf } from '../lab/run/reasons';
import { show } from '../store/lab';
import type { Rollout, RolloutGroup } from '../train/grpo';
import { explanations } from './explanations';
import { fixed, signed } from './format';
import { shownGroup, useLab, useShownStep } from './hooks';
import { flawsOf, judgementOf } from './judgement';
import { Picture } from './Picture';
import { Help, Panel } from './parts';
import { noGroupReason } from './runWords';
import { FoldButton, Trace } from './Trace';

/** Blue above 0, orange below, the stronger the further from 0; never so strong that the number in it is hard to read. */
const diverging = (value: number, most: number): string => {
  if (signed(value) === signed(0)) return 'var(--neutral)';
  const share = Math.min(1, Math.abs(value) / Math.max(most, 1e-9));
  return `color-mix(in srgb, var(${value < 0 ? '--orange' : '--blue'}) ${Math.round(20 + 35 * share)}%, var(--panel))`;
};

/** Least reward that half a bar stands for. */
const BAR_REACH = 0.7;

function PartsBar({ parts }: Pick<Rollout, 'parts'>) {
  const values = parts.map(({ weight, value }) => weight * value);
  const reach = parts.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
  const below = values.filter((v) => v < 0).reduce((sum, v) => sum - v, 0);
  const scale = 50 / Math.max(BAR_REACH, reach, below);
  let right = 50;
  let left = 50 - below * scale;
  return (
    <svg
      className="parts"
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={parts.map(({ name, weight, value }) => `${name} ${signed(weight * value)}`).join(', ')}
    >
      {values.map((value, i) => {
        const width = Math.abs(value) * scale;
        const x = value < 0 ? left : right;
        if (value < 0) left += width;
        else right += width;
        const part = parts[i]!;
        const fill = value < 0 && i === 0 ? 'var(--orange)' : termOf(part).color;
        return <rect key={part.name} x={x} y="1.5" width={width} height="7" fill={fill} />;
      })}
      <line x1="50" x2="50" y1="0" y2="10" stroke="var(--text)" strokeWidth="0.6" />
    </svg>
  );
}

interface AdvantagesProps {
  readonly rollouts: readonly Rollout[];
  readonly chosen: number;
  readonly onChoose: (i: number) => void;
}

function Advantages({ rollouts, chosen, onChoose }: AdvantagesProps) {
  const most = rollouts.reduce((top, { advantage }) => Math.max(top, Math.abs(advantage)), 0);
  return (
    <div className="advantages" role="group" aria-label="Advantages of the group">
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
  const { tone, words } = judgementOf(rollout);
  return (
    <li className={chosen ? 'rollout chosen' : 'rollout'} data-testid="rollout">
      <span className={`verdict ${tone}`}>{words}</span>
      <Trace ids={rollout.ids} vocabulary={start.vocabulary} ended={rollout.ended} />
      <PartsBar parts={rollout.parts} />
      <span className="number" data-testid="reward" title="reward">
        {signed(rollout.reward)}
      </span>
    </li>
  );
}

function Reasons({ group, rollout }: { group: RolloutGroup; rollout: Rollout }) {
  return (
    <dl className="reasons">
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
          <span>against its group; {rollout.ids.length} tokens</span>
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
      <p className="prompt">
        <code>{group.prompt}</code> <span>the answer is {group.answer}</span>
      </p>
      {picture && <Picture picture={picture} flaws={rollout ? flawsOf(rollout) : []} />}
      <Advantages rollouts={group.rollouts} chosen={chosen} onChoose={(i) => show({ rollout: i })} />
      <ul className="rollouts">
        {group.rollouts.map((one, i) => (
          <RolloutRow key={i} rollout={one} start={start} chosen={i === chosen} />
        ))}
      </ul>
      {rollout && <Reasons group={group} rollout={rollout} />}
    </>
  );
}

/** Why there is no group to show. */
export function NoGroup() {
  const { run, shown } = useShownStep();
  const source = useLab((state) => state.source);
  const status = useLab((state) => state.status);
  return (
    <p className="empty">
      {shown
        ? 'The rollouts of this early step are no longer in memory; its numbers are on the charts.'
        : noGroupReason(run, { source, status })}
    </p>
  );
}

/** The group on Train: the chosen one, or the one that differs most, of the chosen or the latest step. */
export function LatestGroup() {
  const { run, shown } = useShownStep();
  const chosenStep = useLab((state) => state.step);
  const chosenGroup = useLab((state) => state.group);
  const index = shown ? shownGroup(shown, chosenGroup) : 0;
  const group = shown?.groups[index];
  const which = chosenGroup === null ? 'the group that differs most' : `group ${index + 1}`;
  return (
    <Panel
      title={chosenStep === null ? 'Latest group' : 'Chosen step'}
      explained="advantage"
      aside={
        shown && (
          <>
            {chosenStep !== null && chosenStep > run.grpo.length && `step ${chosenStep} is yet to come; `}
            step {shown.step}, {which}
            {chosenStep !== null && (
              <button type="button" onClick={() => show({ step: null, group: null })}>
                Latest
              </button>
            )}
            <FoldButton />
            <Help text={explanations.parts} about="the bar beside each trace" />
          </>
        )
      }
    >
      {group && run.start ? <GroupDetail group={group} start={run.start} /> : <NoGroup />}
    </Panel>
  );
}
