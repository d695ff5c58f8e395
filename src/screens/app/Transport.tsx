/** Transport of a run: play, pause, step, stop; its stages, speed and time left. */

import { ChevronLast, Pause, Play, RotateCcw, Square, StepForward } from 'lucide-react';
import { continueRun, pause, resume, setSpeed, stepOnce, stop } from '../../store/control';
import { pace, secondsLeft, stepsOf } from '../../store/run';
import { restartRecording } from '../../store/start';
import { clock, mebibytes } from '../../units';
import { classes } from '../shared/classes';
import { useLab, useRun } from '../shared/hooks';
import { milestone } from '../shared/runWords';
import texts from '../shared/text.module.css';
import { tip } from '../shared/tip';
import styles from './Transport.module.css';

/** Who trains the run on screen, where this tab only shows it; null otherwise. */
const useHolder = (): string | null =>
  useLab(({ notices }) => notices.find((notice) => notice.code === 'held')?.who ?? null);

const SPEEDS = [1, 2, 4, 16];

function Stages() {
  const run = useRun();
  const status = useLab((state) => state.status);
  const compiling = useLab((state) => state.compiling);
  const holder = useHolder();
  const recipe = run.start?.recipe;
  if (!recipe)
    return (
      <span className={styles.stages} data-testid="stages">
        {status === 'failed' ? 'failed' : status === 'finished' ? 'stopped' : 'opening …'}
      </span>
    );
  const steps = stepsOf(run);
  const sftDone = run.evaluations.some(({ stage }) => stage === 'sft');
  const busy = status === 'playing' || status === 'paused';
  return (
    <span className={styles.stages} data-testid="stages">
      <span className={sftDone ? styles.done : styles.now}>
        SFT {steps.sft}/{recipe.sft.steps}
      </span>
      <span className={run.summary ? styles.done : sftDone ? styles.now : styles.later}>
        GRPO {steps.grpo}/{recipe.grpo.steps}
      </span>
      {busy && !run.summary && run.stage === 'compile' && (
        <span className={styles.now}>
          compiling kernels{compiling && `, ${compiling.ready} of ${compiling.kernels}`}
        </span>
      )}
      {busy && !run.summary && run.stage === 'evaluate' && <span className={styles.now}>evaluating</span>}
      {busy && !run.summary && run.stage === 'curate' && <span className={styles.now}>curating</span>}
      {run.summary && <span className={styles.done}>done</span>}
      {status === 'finished' && !run.summary && (
        <span className={styles.now}>{holder ? `held by ${holder}` : 'stopped'}</span>
      )}
      {status === 'failed' && <span className={styles.now}>failed</span>}
    </span>
  );
}

/** Place from which a stored run continues. */
function Saved() {
  const saved = useLab((state) => state.saved);
  const paused = useLab((state) => state.status === 'paused');
  if (!saved) return null;
  return (
    <span data-testid="saved" {...tip('Last checkpoint: the run continues from it after a reload or a crash')}>
      {paused ? 'paused, ' : ''}saved at {saved.stage.toUpperCase()} {saved.step}
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
      {live && running && left !== null && <span {...tip('Time until the end of this stage')}>{clock(left)} left</span>}
      {live && <Saved />}
      {live && run.start && <span>{mebibytes(run.start.memory.estimated_bytes)}</span>}
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
  const stored = useLab((state) => state.runName);
  const ended = useRun().summary !== null;
  const continuable = over && status !== 'loading' && !ended ? stored : null;
  return (
    <>
      <div className={styles.controls} role="toolbar" aria-label="Run">
        <button
          type="button"
          className={styles.wide}
          {...tip('Play the recorded run from its start')}
          aria-label="Restart the recording"
          onClick={() => void restartRecording()}
        >
          <RotateCcw size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className={classes(styles.primary, continuable && styles.continue)}
          disabled={over && !continuable}
          aria-label={continuable ? 'Continue' : running ? 'Pause' : 'Play'}
          {...tip(
            continuable
              ? 'Train on from the last checkpoint'
              : running && stored
                ? 'Pause with a checkpoint'
                : undefined,
          )}
          onClick={() => (continuable ? void continueRun(continuable) : running ? pause() : resume())}
        >
          {running ? <Pause size={16} aria-hidden="true" /> : <Play size={16} aria-hidden="true" />}
          {continuable && ' Continue'}
        </button>
        <button
          type="button"
          className={styles.wide}
          disabled={over}
          aria-label="One step"
          {...tip('One training step')}
          onClick={stepOnce}
        >
          <StepForward size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          disabled={over}
          aria-label={source === 'replay' ? 'To the end' : 'Stop'}
          {...tip(
            source === 'replay' ? 'Jump to the end' : stored ? 'End the run here; it can continue' : 'End the run here',
          )}
          onClick={stop}
        >
          {source === 'replay' ? <ChevronLast size={18} aria-hidden="true" /> : <Square size={14} aria-hidden="true" />}
        </button>
        {source === 'replay' && (
          <label className={classes(styles.speed, styles.wide)}>
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
      </div>
      <Stages />
      <Pace />
      <Milestones />
    </>
  );
}
