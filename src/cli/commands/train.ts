/** `train`: runs a recipe and writes recipe, events, summary and model to a folder. A stopped run keeps its weights. */
import { modelToFiles } from '../../formats/model';
import type { Device } from '../../gpu/device';
import type { Recipe } from '../../lab/recipe/recipe';
import { DivergedError } from '../../lab/run/diverged';
import { eventToLine } from '../../lab/run/events';
import { openSession } from '../../lab/run/fittingSetting';
import { openRewards } from '../../lab/run/options';
import { run } from '../../lab/run/run';
import type { Session } from '../../lab/run/session';
import { RunRecord, type Stopped } from '../../lab/run/stopped';
import { NonFiniteError } from '../../train/nonFiniteError';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { EXIT } from '../exitCodes';
import { fileFault } from '../fileFault';
import { input, inputAsync, terminalMessage } from '../input';
import { OWN_OPTIONS, readOwn } from '../own';
import { Progress } from '../progress';
import { RECIPE_OPTIONS, readRecipe } from '../recipe';
import { checkRunFolder, RunFolder } from '../runFolder';
import { ExitError, StoppedError, type StopSignal, stopping, unlessStopped } from '../stopping';

/** Early end of a run: exit code, reason and message. */
interface Ending {
  readonly code: number;
  readonly reason: Stopped['reason'];
  readonly message: string;
  /** Error of a failed run; the terminal shows its stack. */
  readonly cause?: unknown;
}

const stoppedBy = (reason: StopSignal): Ending => ({ code: EXIT[reason], reason, message: `stopped by ${reason}` });

function endingOf(error: unknown): Ending {
  const message = terminalMessage(error as Error);
  if (error instanceof StoppedError) return stoppedBy(error.signal);
  if (error instanceof DivergedError || error instanceof NonFiniteError)
    return { code: EXIT.diverged, reason: 'diverged', message };
  return { code: EXIT.failed, reason: 'failed', message, cause: error };
}

/** Runs and records. Returns null if the run ended normally. */
async function recordRun(session: Session, folder: RunFolder, record: RunRecord): Promise<Ending | null> {
  const progress = new Progress(session.recipe);
  const disk = new AbortController();
  let full: Ending | null = null;
  const events = run(session, { stop: AbortSignal.any([stopping, disk.signal]) });
  try {
    for (;;) {
      // a signal waits for training steps and for the making of weights, but not for compiling, evaluation and curation
      const finishes = record.stage === null || record.stage === 'sft' || record.stage === 'grpo';
      const next = events.next();
      const { value: event } = await (finishes ? next : unlessStopped(next));
      if (!event) break;
      record.add(event);
      progress.show(event);
      if (event.type === 'stage' && event.stage === 'compile') progress.watch(session.device.counters);
      try {
        if (!full) folder.record(`${eventToLine(event)}\n`);
      } catch (error) {
        full = {
          ...{ code: EXIT.failed, reason: 'full disk' },
          message: `${folder.folder}: the recording could not be written: ${fileFault(error)}`,
        };
        disk.abort();
      }
    }
  } catch (error) {
    const ending = endingOf(error);
    if (ending.reason === 'failed' && !record.last?.step) throw error; // with its stack: there are no weights to keep
    return ending;
  } finally {
    progress.end();
  }
  return full ?? (record.summary ? null : stoppedBy(stopping.reason as StopSignal));
}

/** Saves the current weights. */
async function saveRun(session: Session, folder: RunFolder, summary: unknown) {
  const { config, tokenizer, recipe } = session;
  const model = modelToFiles({ config, tokenizer, tensors: await session.weights.read() });
  return folder.save({ recipe, summary, model });
}

async function trainOn(device: Device, recipe: Recipe, out: string): Promise<void> {
  const session = await inputAsync(() => openSession(device, recipe));
  input(() => session.sources); // throws if a cluster needs more problems than exist
  const folder = RunFolder.open(out);
  const record = new RunRecord();
  let ending: Ending | null;
  try {
    ending = await recordRun(session, folder, record);
  } catch (error) {
    folder.discard();
    throw error;
  }
  if (ending && !record.last!.step && folder.hasWeights) {
    folder.discard();
    throw new ExitError(
      ending.code,
      `${ending.message} before the first step; ${out} keeps the weights of the earlier run`,
    );
  }
  const run = { recipe: recipe.name, seed: recipe.seed, adapter: device.name, peak_bytes: device.counters.bytesPeak };
  const summary = ending
    ? record.stoppedSummary(run, { reason: ending.reason, ...record.last!, message: ending.message })
    : record.summary;
  const saved = await saveRun(session, folder, summary);
  const faults = [...new Set(saved.faults)].join('; ');
  if (ending) {
    const { stage, step } = record.last!;
    const which = ending.reason === 'diverged' ? 'the last finite weights' : 'the weights';
    const when = step === 0 ? 'before the first step' : `after ${stage.toUpperCase()} step ${step}`;
    throw new ExitError(
      ending.code,
      `${ending.message}; ${which}, ${when}, are in ${saved.folder}${faults && ` (${faults})`}`,
      ending.cause,
    );
  }
  if (faults) throw new ExitError(EXIT.failed, `${out}: ${faults}; the weights are in ${saved.folder}`);
  session.destroy();
}

const options = {
  ...RECIPE_OPTIONS,
  out: { type: 'string', value: 'DIR', required: true, help: 'folder for recipe, events, summary and model' },
  adapter: ADAPTER,
  ...OWN_OPTIONS,
} as const satisfies Options;

async function work(given: Given<typeof options>): Promise<void> {
  const recipe = readRecipe(given, readOwn(given));
  await inputAsync(() => openRewards(recipe));
  checkRunFolder(given.out);
  await withAdapter(given.adapter, (device) => trainOn(device, recipe, given.out));
}

export const train = command({
  name: 'train',
  summary: 'Trains a recipe: SFT, GRPO and their evaluations',
  examples: [
    'train --recipe parity-12 --out runs/parity --seed 0 --set grpo.steps=40',
    'train --recipe parity-12 --data mine.jsonl --match numeric --out runs/mine --set reward.lMax=64',
  ],
  notes: [
    'Writes `recipe.json`, `events.jsonl`, `summary.json` and the model, which [other programs](data.md#use-the-model-elsewhere) can read. `--recipe` takes a name or a `.json` file.',
    'A folder that holds other files is refused, and so is a folder into which another run writes. A stopped run finishes its step, saves the weights and prints their place.',
  ],
  options,
  writesFiles: true,
  stopsItself: true,
  run: work,
});
