/** Training of a stored run in the terminal: progress, signals, a full disk, lost devices, and an early end. */
import type { Device } from '../gpu/device';
import type { Recipe } from '../lab/recipe/recipe';
import { recipeHash } from '../lab/recipe/recipeHash';
import type { ChangeQueue } from '../lab/run/changes';
import type { LabEvent } from '../lab/run/events';
import { openSession } from '../lab/run/fittingSetting';
import type { Session } from '../lab/run/session';
import type { Continuation } from '../lab/stored/continuation';
import { RecordedRun } from '../lab/stored/recorded';
import { type FirstStart, type Reopening, runOnDevices, type Start } from '../lab/stored/reopen';
import { nodeFiles } from '../runs/nodeFiles';
import type { Owner } from '../runs/owner';
import { openAdapter } from './adapter';
import { endedEarly } from './ending';
import { FullDisk } from './fullDisk';
import { input, inputAsync } from './input';
import { Progress } from './progress';
import { StoppedError, type StopSignal, stopping, unlessStopped } from './stopping';

/** Lines about a continuation: damaged files, the checkpoint, and the events that are computed again. */
export function continuationLines({ folder, faults, from, dropped }: Continuation): string[] {
  const again = dropped > 0 ? `; ${dropped} ${dropped === 1 ? 'event' : 'events'} after it are computed again` : '';
  return [
    ...faults.map(({ file, what }) => `damaged: ${folder.files.where}/${file}: ${what}; it is not used`),
    from ? `continues from checkpoint ${from.info.name}${again}` : 'there is no checkpoint yet; starts again',
  ];
}

const reopeningLines = ({ reason, attempt, most, continuation }: Reopening): string[] => [
  `${reason}; it is opened again, attempt ${attempt} of ${most} in ten minutes`,
  ...continuationLines(continuation),
];

/** @throws InputError if the recipe does not fit the device, or a level has fewer problems than the recipe needs */
export async function checkFits(device: Device, recipe: Recipe): Promise<void> {
  const session = await inputAsync(() => openSession(device, recipe, 'full'));
  try {
    input(() => session.sources);
  } finally {
    session.destroy();
  }
}

/** True if a signal waits for the end of the step. Compilation, evaluation and curation are abandoned. */
const finishes = (run: RecordedRun, last: LabEvent | null): boolean =>
  last !== null && last.type !== 'resume' && (run.record.stage === 'sft' || run.record.stage === 'grpo');

/** Pulls the events of a run. */
async function pull(session: Session, run: RecordedRun, progress: Progress, disk: FullDisk): Promise<void> {
  const events = run.events();
  let last: LabEvent | null = null;
  try {
    for (;;) {
      const next = events.next();
      const result: IteratorResult<LabEvent, void> = await (finishes(run, last) ? next : unlessStopped(next));
      if (result.done) break;
      const event: LabEvent = result.value;
      last = event;
      disk.written();
      progress.show(event);
      const compiles = event.type === 'resume' || (event.type === 'stage' && event.stage === 'compile');
      if (compiles) progress.watch(session.device.counters);
    }
  } finally {
    progress.end();
  }
  if (!run.record.summary) throw new StoppedError(stopping.reason as StopSignal, '');
}

export interface Training {
  /** Folder of the run, as the user gave it. */
  readonly folder: string;
  readonly owner: Owner;
  readonly adapter: string | undefined;
  readonly first: FirstStart;
  /** Changes of the recipe while the run trains; null for none. */
  readonly changes: ChangeQueue | null;
}

/** Trains to the end. @throws ExitError with the way to go on */
export async function trainStored({ folder, owner, adapter, first, changes }: Training): Promise<void> {
  let current: { run: RecordedRun; progress: Progress } | null = null;
  const onDevice = async (device: Device, start: Start): Promise<void> => {
    const { recipe, from } = start;
    const session = await inputAsync(() => openSession(device, recipe, 'full'));
    const progress = new Progress(recipe);
    if (!current) progress.note(`recipe ${recipe.name}, hash ${await recipeHash(recipe)}`);
    const disk = new FullDisk(start.folder, (...lines) => progress.note(...lines));
    const onFull = (error: Parameters<FullDisk['wait']>[0]) => disk.wait(error);
    const run = new RecordedRun(session, start.folder, { from, stop: stopping, lost: owner.lost, changes, onFull });
    current = { run, progress };
    const before = from?.checkpoint.state.adapter ?? device.name;
    if (before !== device.name)
      progress.note(`note: trained on ${before} so far; on ${device.name} the numbers may differ from an unbroken run`);
    try {
      await pull(session, run, progress, disk);
    } finally {
      session.destroy();
    }
  };
  try {
    await runOnDevices(nodeFiles(folder), first, {
      open: (onLost) => openAdapter(adapter, onLost),
      run: onDevice,
      onReopen: (reopening) => current?.progress.note(...reopeningLines(reopening)),
      stop: stopping,
    });
  } catch (error) {
    const ended = current as { run: RecordedRun } | null; // assigned in a closure
    if (!ended) throw error;
    throw await endedEarly(ended.run, error, folder);
  } finally {
    const isOver = current !== null && (current as { run: RecordedRun }).run.record.summary !== null;
    changes?.close(
      new Error(
        isOver
          ? 'the stage ended before this step'
          : 'the run stopped before this step; give --apply again when you continue it',
      ),
    );
    await owner.release();
  }
}
