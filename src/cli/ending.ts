/** Early ends of a training: exit code, reason, and the message that says how to go on. */
import { AdvisedError, type SettingChange } from '../lab/run/advice';
import { DivergedError } from '../lab/run/diverged';
import type { Stopped } from '../lab/run/stopped';
import { type RecordedRun, TakenOverError } from '../lab/stored/recorded';
import { DeviceLostError } from '../lab/stored/reopen';
import type { CheckpointInfo } from '../runs/checkpoints';
import { messageOf } from '../runs/files';
import { EXIT } from './exitCodes';
import { shownPath } from './fileFault';
import { call } from './shell';
import { ExitError, StoppedError } from './stopping';

interface Ending {
  readonly code: number;
  readonly reason: Stopped['reason'];
  readonly message: string;
  /** Setting to change before the run goes on, such as a lower rate; null if none would help. */
  readonly change?: SettingChange | null;
  /** Error of a failed run; the terminal shows its stack unless the message explains it. */
  readonly cause?: unknown;
}

function endingOf(error: unknown): Ending {
  const message = messageOf(error);
  if (error instanceof StoppedError)
    return { code: EXIT[error.signal], reason: error.signal, message: `stopped by ${error.signal}` };
  if (error instanceof AdvisedError) {
    const ending = { message: error.what, change: error.change };
    return error instanceof DivergedError
      ? { code: EXIT.diverged, reason: 'diverged', ...ending }
      : { code: EXIT.failed, reason: 'failed', ...ending };
  }
  const failed = { code: EXIT.failed, reason: 'failed', message } as const;
  return error instanceof DeviceLostError ? failed : { ...failed, cause: error };
}

/** Way to go on with a changed setting: a fork of the last checkpoint, or a new run if the model changes. */
function changed(folder: string, saved: CheckpointInfo | null, change: SettingChange | null): string {
  const has = saved ? `the last good checkpoint is ${saved.name}` : 'it has no checkpoint';
  if (!change) return has;
  const set = `${change.field}=${change.to}`;
  if (!saved || change.field.startsWith('model.')) return `${has}; train again with --set ${set} (now ${change.from})`;
  const fork = call('train', '--fork', `${folder}@${saved.name}`, '--set', set, '--out', `${folder}-2`);
  return `${has}; go on from it with ${set} (now ${change.from}): ${fork}`;
}

/** Advice after the message: where the run continues, and how. */
function adviceFor({ change }: Ending, { saved }: RecordedRun, folder: string): string {
  if (change !== undefined) return changed(folder, saved, change);
  const resume = call('train', '--resume', folder);
  return saved
    ? `${shownPath(folder)} has checkpoint ${saved.name}; ${resume} continues from there`
    : `${shownPath(folder)} has no checkpoint yet; ${resume} starts again`;
}

/** Stores the early end of a run. @returns the error that ends the command */
export async function endedEarly(run: RecordedRun, error: unknown, folder: string): Promise<ExitError> {
  if (error instanceof TakenOverError)
    return new ExitError(
      EXIT.failed,
      `${error.message}; this process writes no more. ${call('runs', folder)} shows who has it`,
    );
  const ending = endingOf(error);
  let fault = '';
  try {
    await run.stopped({ reason: ending.reason, message: ending.message });
  } catch (failure) {
    fault = `; summary.json could not be written: ${messageOf(failure)}`;
  }
  const advice = adviceFor(ending, run, folder);
  return new ExitError(ending.code, `${ending.message}; ${advice}${fault}`, ending.cause);
}
