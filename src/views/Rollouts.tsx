/** Every group of a step, and one of them in full. */

import { mean } from '../stats';
import { show } from '../store/lab';
import { fixed, percent, signed } from './format';
import { GroupDetail } from './Group';
import { shownGroup, useLab, useShownStep } from './hooks';
import { Panel } from './parts';

function StepSlider() {
  const shown = useShownStep();
  const total = useLab((state) => state.run.grpo.length);
  const following = useLab((state) => state.step === null);
  if (!shown) return null;
  return (
    <div className="slider">
      <label>
        Step {shown.step} of {total}
        <input
          type="range"
          min={1}
          max={total}
          value={shown.step}
          onChange={(event) => show({ step: Number(event.target.value) })}
        />
      </label>
      <label>
        <input
          type="checkbox"
          checked={following}
          onChange={(event) => show({ step: event.target.checked ? null : shown.step })}
        />{' '}
        follow
      </label>
    </div>
  );
}

export function Rollouts() {
  const step = useShownStep();
  const start = useLab((state) => state.run.start);
  const chosen = useLab((state) => state.group);
  if (!step || !start) return <p className="empty">Rollouts begin with GRPO, after SFT.</p>;
  if (step.groups.length === 0)
    return (
      <p className="empty">The rollouts of this early step are no longer in memory; its numbers are on the charts.</p>
    );
  const index = shownGroup(step, chosen);
  const group = step.groups[index];
  return (
    <>
      <StepSlider />
      <div className="split">
        <Panel title="Groups" explained="accuracy" aside={`${step.groups.length} problems`}>
          <table className="groups">
            <thead>
              <tr>
                <th scope="col">problem</th>
                <th scope="col">right</th>
                <th scope="col">reward</th>
                <th scope="col">tokens</th>
                <th scope="col">advantages</th>
              </tr>
            </thead>
            <tbody>
              {step.groups.map(({ prompt, rollouts }, i) => (
                <tr key={i} aria-selected={i === index} onClick={() => show({ group: i })}>
                  <td>
                    <button type="button" onClick={() => show({ group: i })}>
                      <code>{prompt}</code>
                    </button>
                  </td>
                  <td>{percent(mean(rollouts.map(({ correct }) => (correct ? 1 : 0))))}</td>
                  <td>{signed(mean(rollouts.map(({ reward }) => reward)))}</td>
                  <td>{fixed(mean(rollouts.map(({ ids }) => ids.length)), 1)}</td>
                  <td>
                    <span className="strip" aria-hidden="true">
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
              ))}
            </tbody>
          </table>
        </Panel>
        <Panel title="Group" explained="advantage" aside={`${index + 1} of ${step.groups.length}`}>
          {group && <GroupDetail group={group} start={start} />}
        </Panel>
      </div>
    </>
  );
}
