/** Early ends of a training: exit code, reason, and the message that says how to go on. */
import type { Recipe } from '../lab/recipe/recipe';
import { DivergedError } from '../lab/run/diverged';
import type { Stopped } from '../lab/run/stopped';
import { type RecordedRun, TakenOverError } from '../lab/stored/recorded';
import { DeviceLostError } from '../lab/stored/reopen';
import type { CheckpointInfo } from '../runs/checkpoints';
import { messageOf } from '../runs/files';
import { NonFiniteError } from '../train/nonFiniteError';
import { EXIT } from './exitCodes';
import { shownPath } from './fileFault';
import { call } from './shell';
import { ExitError, StoppedError } from './stopping';

interface Ending {
  readonly code: number;
  readonly reason: Stopped['reason'];
  readonly message: string;
  /** Error of a failed run; the terminal shows its stack unless the message explains it. */
  readonly cause?: unknown;
}

function endingOf(error: unknown): Ending {
  const message = messageOf(error);
  if (error instanceof StoppedError)
    return { code: EXIT[error.signal], reason: error.signal, message: `stopped by ${error.signal}` };
  if (error instanceof DivergedError || error instanceof NonFiniteError)
    return { code: EXIT.diverged, reason: 'diverged', message };
  const failed = { code: EXIT.failed, reason: 'failed', message } as const;
  return error instanceof DeviceLostError ? failed : { ...failed, cause: error };
}

/** Share of the rate that a fork of a diverged run would begin with. */
const LOWER = 0.5;

/** Command that goes on from a checkpoint, or from the start, with a lower learning rate. */
function lowerRate(folder: string, saved: CheckpointInfo | null, stage: 'sft' | 'grpo', recipe: Recipe): string {
  const rate = Number((LOWER * recipe[stage].learningRate).toPrecision(2));
  const set = `${stage}.learningRate=${rate}`;
  if (!saved) return `it has no checkpoint; train again with --set ${set}`;
  return `the last good checkpoint is ${saved.name}; go on from it with a lower rate: ${call('train', '--fork', `${folder}@${saved.name}`, '--set', set, '--out', `${folder}-2`)}`;
}

/** Advice after the message: where the run continues, and how. */
function adviceFor({ reason }: Ending, { saved, record }: RecordedRun, folder: string, recipe: Recipe): string {
  if (reason === 'diverged') return lowerRate(folder, saved, record.last?.stage === 'grpo' ? 'grpo' : 'sft', recipe);
  const resume = call('train', '--resume', folder);
  return saved
    ? `${shownPath(folder)} has checkpoint ${saved.name}; ${resume} continues from there`
    : `${shownPath(folder)} has no checkpoint yet; ${resume} starts again`;
}

/** Stores the early end of a run. @returns the error that ends the command */
export async function endedEarly(
  run: RecordedRun,
  error: unknown,
  { folder, recipe }: { readonly folder: string; readonly recipe: Recipe },
): Promise<ExitError> {
  if (error instanceof TakenOverError)
    return new ExitError(EXIT.failed, `${error.message}; this process writes no more. ${call('runs')} says who has it`);
  const ending = endingOf(error);
  let fault = '';
  try {
    await run.stopped({ reason: ending.reason, message: ending.message });
  } catch (failure) {
    fault = `; summary.json could not be written: ${messageOf(failure)}`;
  }
  const advice = adviceFor(ending, run, folder, recipe);
  return new ExitError(ending.code, `${ending.message}; ${advice}${fault}`, ending.cause);
}
