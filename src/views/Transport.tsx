/** Play, pause, step, stop; where the run stands and how long it takes yet. */
import { pause, resume, setSpeed, stepOnce, stop } from '../store/control';
import { pace, secondsLeft } from '../store/run';
import { restartRecording } from '../store/start';
import { clock } from './format';
import { useLab, useRun } from './hooks';
import { Icon } from './parts';
import { milestone } from './runWords';

const SPEEDS = [1, 2, 4, 16];

function Stages() {
  const run = useRun();
  const status = useLab((state) => state.status);
  const compiling = useLab((state) => state.compiling);
  const recipe = run.start?.recipe;
  if (!recipe)
    return (
      <span className="stages" data-testid="stages">
        {status === 'failed' ? 'failed' : status === 'finished' ? 'stopped' : 'opening …'}
      </span>
    );
  const sftDone = run.evaluations.some(({ stage }) => stage === 'sft');
  const busy = status === 'playing' || status === 'paused';
  return (
    <span className="stages" data-testid="stages">
      <span className={sftDone ? 'done' : 'now'}>
        SFT {run.sft.length}/{recipe.sft.steps}
      </span>
      <span className={run.summary ? 'done' : sftDone ? 'now' : 'later'}>
        GRPO {run.grpo.length}/{recipe.grpo.steps}
      </span>
      {busy && !run.summary && run.stage === 'compile' && (
        <span className="now">compiling kernels{compiling && `, ${compiling.ready} of ${compiling.kernels}`}</span>
      )}
      {busy && !run.summary && run.stage === 'evaluate' && <span className="now">evaluating</span>}
      {busy && !run.summary && run.stage === 'curate' && <span className="now">curating</span>}
      {run.summary && <span className="done">done</span>}
      {status === 'finished' && !run.summary && <span className="now">stopped</span>}
      {status === 'failed' && <span className="now">failed</span>}
    </span>
  );
}

/** Milestones for a screen reader. */
function Milestones() {
  const run = useRun();
  const source = useLab((state) => state.source);
  const status = useLab((state) => state.status);
  return (
    <span role="status" className="unseen">
      {milestone(run, { source, status })}
    </span>
  );
}

function Pace() {
  const run = useRun();
  const live = useLab((state) => state.source === 'live');
  const running = useLab((state) => state.status === 'playing');
  const speed = pace(run);
  const left = secondsLeft(run);
  return (
    <span className="pace">
      {speed && (
        <span>
          {Math.round(speed.tokensPerSecond).toLocaleString('en')} tok/s
          {!live && run.start && ` on ${run.start.adapter.replace(/^WebGPU: /, '').split(':')[0]}`}
        </span>
      )}
      {live && running && left !== null && <span>ETA {clock(left)} for this stage</span>}
      {run.start && <span>{run.start.parameters.toLocaleString('en')} parameters</span>}
    </span>
  );
}

export function Transport() {
  const status = useLab((state) => state.status);
  const source = useLab((state) => state.source);
  const speed = useLab((state) => state.speed);
  const running = status === 'playing';
  const over = status === 'finished' || status === 'failed' || status === 'loading';
  return (
    <div className="transport" role="toolbar" aria-label="Run">
      <button
        type="button"
        title="Play the recording from its start"
        aria-label="Restart the recording"
        onClick={() => void restartRecording()}
      >
        <Icon name="restart" />
      </button>
      <button
        type="button"
        className="primary"
        disabled={over}
        aria-label={running ? 'Pause' : 'Play'}
        onClick={running ? pause : resume}
      >
        <Icon name={running ? 'pause' : 'play'} />
      </button>
      <button type="button" disabled={over} aria-label="One step" title="One training step" onClick={stepOnce}>
        <Icon name="step" />
      </button>
      <button
        type="button"
        disabled={over}
        aria-label={source === 'live' ? 'Stop' : 'To the end'}
        title={source === 'live' ? 'End the run here' : 'Jump to the end'}
        onClick={stop}
      >
        <Icon name="stop" />
      </button>
      {source === 'replay' && (
        <label className="speed">
          speed
          <select value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
            {SPEEDS.map((s) => (
              <option key={s} value={s}>
                ×{s}
              </option>
            ))}
          </select>
        </label>
      )}
      <span className={source === 'live' ? 'source live' : 'source replay'} data-testid="source">
        {source === 'live' ? 'live in this tab' : 'a recording'}
      </span>
      <Stages />
      <Pace />
      <Milestones />
    </div>
  );
}
