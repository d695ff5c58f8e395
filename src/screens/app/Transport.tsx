/** Transport of a run: play, pause, step, stop; its stages, speed and time left. */

import { pause, resume, setSpeed, stepOnce, stop } from '../../store/control';
import { pace, secondsLeft } from '../../store/run';
import { restartRecording } from '../../store/start';
import { clock } from '../../units';
import { classes } from '../shared/classes';
import { useLab, useRun } from '../shared/hooks';
import { milestone } from '../shared/runWords';
import texts from '../shared/text.module.css';
import { Icon } from './Icon';
import styles from './Transport.module.css';

const SPEEDS = [1, 2, 4, 16];

function Stages() {
  const run = useRun();
  const status = useLab((state) => state.status);
  const compiling = useLab((state) => state.compiling);
  const recipe = run.start?.recipe;
  if (!recipe)
    return (
      <span className={styles.stages} data-testid="stages">
        {status === 'failed' ? 'failed' : status === 'finished' ? 'stopped' : 'opening …'}
      </span>
    );
  const sftDone = run.evaluations.some(({ stage }) => stage === 'sft');
  const busy = status === 'playing' || status === 'paused';
  return (
    <span className={styles.stages} data-testid="stages">
      <span className={sftDone ? styles.done : styles.now}>
        SFT {run.sft.length}/{recipe.sft.steps}
      </span>
      <span className={run.summary ? styles.done : sftDone ? styles.now : styles.later}>
        GRPO {run.grpo.length}/{recipe.grpo.steps}
      </span>
      {busy && !run.summary && run.stage === 'compile' && (
        <span className={styles.now}>
          compiling kernels{compiling && `, ${compiling.ready} of ${compiling.kernels}`}
        </span>
      )}
      {busy && !run.summary && run.stage === 'evaluate' && <span className={styles.now}>evaluating</span>}
      {busy && !run.summary && run.stage === 'curate' && <span className={styles.now}>curating</span>}
      {run.summary && <span className={styles.done}>done</span>}
      {status === 'finished' && !run.summary && <span className={styles.now}>stopped</span>}
      {status === 'failed' && <span className={styles.now}>failed</span>}
    </span>
  );
}

/** Milestones for a screen reader. */
function Milestones() {
  const run = useRun();
  const source = useLab((state) => state.source);
  const status = useLab((state) => state.status);
  return (
    <span role="status" className={texts.unseen}>
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
    <span className={styles.pace}>
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
    <div className={styles.transport} role="toolbar" aria-label="Run">
      <button
        type="button"
        title="Play the recorded run from its start"
        aria-label="Restart the recording"
        onClick={() => void restartRecording()}
      >
        <Icon name="restart" />
      </button>
      <button
        type="button"
        className={styles.primary}
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
        <label className={styles.speed}>
          Speed
          <select value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
            {SPEEDS.map((s) => (
              <option key={s} value={s}>
                ×{s}
              </option>
            ))}
          </select>
        </label>
      )}
      <span className={classes(styles.source, styles[source])} data-testid="source">
        {source === 'live' ? 'Training live' : 'Recorded run'}
      </span>
      <Stages />
      <Pace />
      <Milestones />
    </div>
  );
}
