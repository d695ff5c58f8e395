/** Place of the group before the first GRPO step: what the run does now, how far it is, and the way on. */
import { continueRun, resume } from '../../store/control';
import { type RunData, stepsOf } from '../../store/run';
import { NoGroup } from '../shared/Group';
import { useLab, useRun } from '../shared/hooks';
import { runState } from '../shared/runState';
import styles from './BeforeGroup.module.css';

interface Progress {
  readonly title: string;
  /** Null while the end is not known. */
  readonly done: { readonly value: number; readonly max: number } | null;
  readonly words?: string;
}

/** Work under way, before the first GRPO step; null for none. */
export function progressOf(
  run: RunData,
  compiling: { readonly ready: number; readonly kernels: number } | null,
): Progress | null {
  const { start, stage } = run;
  switch (stage) {
    case null:
      return null;
    case 'compile':
      return {
        title: compiling ? `Compiling kernels: ${compiling.ready} of ${compiling.kernels}` : 'Compiling kernels',
        done: compiling && { value: compiling.ready, max: compiling.kernels },
        words: 'The first run of a model on a device compiles and measures its kernels. Later runs start sooner.',
      };
    case 'sft': {
      const [value, max] = [stepsOf(run).sft, start?.recipe.sft.steps ?? 0];
      return { title: `SFT step ${value} of ${max}`, done: { value, max } };
    }
    case 'evaluate':
      return { title: 'Evaluating on held-out problems', done: null };
    case 'curate':
      return { title: 'Rating the problems of the pool', done: null };
    case 'grpo':
      return { title: 'Collecting the first group', done: null };
    default:
      return stage satisfies never;
  }
}

export function BeforeGroup() {
  const run = useRun();
  const { stage, summary } = run;
  const state = useLab((lab) => runState({ ...lab, run: { summary, stage } }));
  const stored = useLab((lab) => lab.runName);
  const compiling = useLab((lab) => lab.compiling);
  const isBusy = useLab((lab) => lab.status === 'playing' || lab.status === 'paused');
  const recorded = useLab((lab) => lab.source === 'replay');
  // before its first event, a recording has the first stage of every run
  const isOpening = recorded && stage === 'compile';
  const progress = isBusy && !summary && !isOpening ? progressOf(run, compiling) : null;
  return (
    <>
      {progress && (
        <div className={styles.progress} data-testid="progress">
          <b>{progress.title}</b>
          {progress.done && <progress {...progress.done} aria-label={progress.title} />}
          {progress.words && <p>{progress.words}</p>}
        </div>
      )}
      {state === 'paused' && (
        <p className={styles.next}>
          The run is paused.{' '}
          <button type="button" onClick={resume}>
            Resume
          </button>
        </p>
      )}
      {state === 'stopped' && stored !== null && (
        <p className={styles.next}>
          <button type="button" onClick={() => void continueRun(stored)}>
            Continue from the last checkpoint
          </button>
        </p>
      )}
      <NoGroup />
    </>
  );
}
