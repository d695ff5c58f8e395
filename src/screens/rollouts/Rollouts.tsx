/** Rollouts: every group of a step, and one of them in full. */

import type { ComponentProps } from 'react';
import { mean } from '../../stats';
import { show } from '../../store/lab';
import type { RolloutGroup } from '../../train/grpo';
import { Alerts } from '../shared/Alerts';
import { explanations } from '../shared/explanations';
import { fixed, percent, signed } from '../shared/format';
import { GroupDetail, NoGroup } from '../shared/Group';
import { Help } from '../shared/Help';
import { shownGroup, useLab, useShownStep } from '../shared/hooks';
import { flawsOf } from '../shared/judgement';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import { CollapseButton } from '../shared/Trace';
import { accuracy } from '../train/charts/accuracy';
import styles from './Rollouts.module.css';

function StepSlider({ step, first, last }: { step: number; first: number; last: number }) {
  const following = useLab((state) => state.step === null);
  return (
    <div className={styles.slider}>
      <label>
        Step {step} of {last}
        <input
          type="range"
          min={first}
          max={last}
          value={step}
          onChange={(event) => show({ step: Number(event.target.value) })}
        />
      </label>
      <label>
        <input
          type="checkbox"
          checked={following}
          onChange={(event) => show({ step: event.target.checked ? null : step })}
        />{' '}
        Follow
      </label>
    </div>
  );
}

function GroupRow({ group, index, chosen }: { group: RolloutGroup; index: number; chosen: boolean }) {
  const { prompt, rollouts } = group;
  const choose = () => show({ group: index });
  const flawed = rollouts.filter((rollout) => rollout.correct && flawsOf(rollout).length > 0).length;
  return (
    <tr className={chosen ? styles.chosen : undefined} onClick={choose}>
      <td>
        <button type="button" aria-pressed={chosen} onClick={choose}>
          <code>{prompt}</code>
        </button>
      </td>
      <td>
        {percent(mean(rollouts.map(({ correct }) => (correct ? 1 : 0))))}
        {flawed > 0 && (
          <small title="right answers in completions that are cut off or malformed"> {flawed} flawed</small>
        )}
      </td>
      <td>{signed(mean(rollouts.map(({ reward }) => reward)))}</td>
      <td>{fixed(mean(rollouts.map(({ ids }) => ids.length)), 1)}</td>
      <td>
        <span
          className={styles.strip}
          role="img"
          aria-label={rollouts.map(({ advantage }) => signed(advantage)).join(', ')}
        >
          {rollouts.map(({ advantage }, r) => (
            <i
              key={r}
              className={advantage < 0 ? styles.below : styles.above}
              style={{ height: `${Math.min(10, 3 * Math.abs(advantage))}px` }}
            />
          ))}
        </span>
      </td>
    </tr>
  );
}

type GroupsProps = Pick<ComponentProps<typeof GroupDetail>, 'step' | 'start' | 'changes'>;

function Groups({ step, start, changes }: GroupsProps) {
  const chosen = useLab((state) => state.group);
  const index = shownGroup(step, chosen);
  return (
    <div className={styles.split}>
      <Panel title="Groups" explanation={accuracy.explanation} aside={`${step.groups.length} problems`}>
        <Scroll label="Groups of the step">
          <table className={styles.groups}>
            <thead>
              <tr>
                {['Problem', 'Right', 'Reward', 'Tokens', 'Advantages'].map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {step.groups.map((one, i) => (
                <GroupRow key={i} group={one} index={i} chosen={i === index} />
              ))}
            </tbody>
          </table>
        </Scroll>
      </Panel>
      <Panel
        title="Group"
        explanation={explanations.advantage}
        aside={
          <>
            <span>
              {index + 1} of {step.groups.length}
            </span>
            <CollapseButton />
            <Help text={explanations.parts} about="the bar of each completion" />
          </>
        }
      >
        <GroupDetail step={step} index={index} start={start} changes={changes} />
      </Panel>
    </div>
  );
}

export function Rollouts() {
  const { run, shown } = useShownStep();
  return (
    <>
      <Alerts />
      {shown && <StepSlider step={shown.step} first={run.grpo.firstStep!} last={run.grpo.last!.step} />}
      {shown && shown.groups.length > 0 && run.start ? (
        <Groups step={shown} start={run.start} changes={run.changes} />
      ) : (
        <NoGroup />
      )}
    </>
  );
}
