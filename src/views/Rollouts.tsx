/** Every group of a step, and one of them in full. */
import type { StartEvent } from '../lab/run/events';
import { mean } from '../stats';
import { show } from '../store/lab';
import type { GrpoStep, RolloutGroup } from '../train/grpo';
import { fixed, percent, signed } from './format';
import { GroupDetail, NoGroup } from './Group';
import { shownGroup, useLab, useShownStep } from './hooks';
import { judgementOf } from './judgement';
import { Panel, Scroll } from './parts';
import { FoldButton } from './Trace';

function StepSlider({ step, total }: { step: number; total: number }) {
  const following = useLab((state) => state.step === null);
  return (
    <div className="slider">
      <label>
        Step {step} of {total}
        <input
          type="range"
          min={1}
          max={total}
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
        follow
      </label>
    </div>
  );
}

function GroupRow({ group, index, chosen }: { group: RolloutGroup; index: number; chosen: boolean }) {
  const { prompt, rollouts } = group;
  const choose = () => show({ group: index });
  const flawed = rollouts.filter((rollout) => judgementOf(rollout).tone === 'flawed').length;
  return (
    <tr className={chosen ? 'chosen' : undefined} onClick={choose}>
      <td>
        <button type="button" aria-pressed={chosen} onClick={choose}>
          <code>{prompt}</code>
        </button>
      </td>
      <td>
        {percent(mean(rollouts.map(({ correct }) => (correct ? 1 : 0))))}
        {flawed > 0 && (
          <small title="right answers of completions that are cut off or without format"> {flawed} flawed</small>
        )}
      </td>
      <td>{signed(mean(rollouts.map(({ reward }) => reward)))}</td>
      <td>{fixed(mean(rollouts.map(({ ids }) => ids.length)), 1)}</td>
      <td>
        <span className="strip" role="img" aria-label={rollouts.map(({ advantage }) => signed(advantage)).join(', ')}>
          {rollouts.map(({ advantage }, r) => (
            <i
              key={r}
              className={advantage < 0 ? 'below' : 'above'}
              style={{ height: `${Math.min(10, 3 * Math.abs(advantage))}px` }}
            />
          ))}
        </span>
      </td>
    </tr>
  );
}

function Groups({ step, start }: { step: Pick<GrpoStep, 'groups'>; start: StartEvent }) {
  const chosen = useLab((state) => state.group);
  const index = shownGroup(step, chosen);
  const group = step.groups[index];
  return (
    <div className="split">
      <Panel title="Groups" explained="accuracy" aside={`${step.groups.length} problems`}>
        <Scroll label="groups, a row each">
          <table className="groups">
            <thead>
              <tr>
                {['problem', 'right', 'reward', 'tokens', 'advantages'].map((title) => (
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
        explained="advantage"
        aside={
          <>
            <span>
              {index + 1} of {step.groups.length}
            </span>
            <FoldButton />
          </>
        }
      >
        {group && <GroupDetail group={group} start={start} />}
      </Panel>
    </div>
  );
}

export function Rollouts() {
  const { run, shown } = useShownStep();
  return (
    <>
      {shown && <StepSlider step={shown.step} total={run.grpo.length} />}
      {shown && shown.groups.length > 0 && run.start ? <Groups step={shown} start={run.start} /> : <NoGroup />}
    </>
  );
}
