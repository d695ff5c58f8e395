/** The stored runs: their list, the checkpoints of the one that is open, and actions on them. */
import { createStore } from 'zustand/vanilla';
import type { Fields } from '../lab/run/changes';
import { faultText } from '../runs/files';
import { storageSize } from '../units';
import type { CheckpointRow, ExportedFile, StoredRun } from '../worker/library';
import type { MetaEdit } from '../worker/metaEdit';
import type { ExportKind } from '../worker/runExports';
import { dropChosen } from './compared';
import { continueRun, editLiveRun, forkRun, openStoredRun } from './control';
import { lab } from './lab';
import { library } from './library';
import { messageOf } from './message';
import { ask } from './question';
import { runAtStake } from './start';
import { readStorage } from './storage';

export interface ListedRun extends StoredRun {
  /** True if this tab trains it, or has just stopped it. */
  readonly isHere: boolean;
}

export interface RunsState {
  readonly list: readonly ListedRun[];
  /** True once the list was read. */
  readonly isRead: boolean;
  /** Reason why the list cannot be read, or null. */
  readonly fault: string | null;
  /** Last action that failed: its run, or null for an import. */
  readonly failed: { readonly run: string | null; readonly message: string } | null;
  /** Last import that succeeded. */
  readonly imported: { readonly run: string; readonly faults: readonly string[] } | null;
  /** Action in progress: its run, or null for an import. */
  readonly busy: { readonly run: string | null; readonly action: 'export' | 'import' | 'delete' } | null;
  /** Runs that are deleted soon, unless the user undoes it. */
  readonly deleted: readonly ListedRun[];
  /** Run whose details are open, with its checkpoints; null until they are read. */
  readonly details: { readonly run: string; readonly checkpoints: readonly CheckpointRow[] | null } | null;
}

const INITIAL: RunsState = {
  ...{ list: [], isRead: false, fault: null, failed: null, imported: null, busy: null, details: null, deleted: [] },
};

export const runs = createStore<RunsState>(() => INITIAL);
const { getState: get, setState: set } = runs;

/** Title of a run: the user's, its recipe's, or else the name of its folder. */
export const titleOf = ({ meta, recipe, name }: Pick<StoredRun, 'meta' | 'recipe' | 'name'>): string =>
  meta?.title || recipe?.title || name;

/** File and fault of a damaged run. */
export const faultOf = ({ fault }: Pick<StoredRun, 'fault'>): string => (fault ? faultText(fault) : '');

/** True if a tab writes the run, this one or another. */
export const isHeld = ({ state }: StoredRun): boolean => state === 'running';

/** True if the user may change what is noted about the run: no other tab writes it, and it has a meta.json. */
export const isEditable = (run: ListedRun): boolean => run.meta !== null && (run.isHere || !isHeld(run));

/** True if the run can go on from its newest good checkpoint. */
export const canContinue = ({ state, hasEnded, meta, fault }: StoredRun): boolean =>
  (state === 'stopped' || state === 'damaged') && !hasEnded && (meta !== null || fault !== null); // an earlier version wrote a run without meta.json

/** Counts readings: an earlier one that ends late is dropped. */
let turn = 0;

/** Reads the list again, the checkpoints of the open run, and the storage. */
export async function refreshRuns(): Promise<void> {
  const mine = ++turn;
  void readStorage();
  try {
    const stored = await library((commands) => commands.list());
    if (mine !== turn) return;
    const { source, runName } = lab.getState();
    const here = source === 'live' ? runName : null;
    const list = stored.map((run) => ({ ...run, isHere: isHeld(run) && run.name === here }));
    const { details } = get();
    const isGone = details && !list.some(({ name }) => name === details.run);
    set({ list, isRead: true, fault: null, ...(isGone && { details: null }) });
    if (details && !isGone) await readCheckpoints(details.run);
  } catch (error) {
    if (mine === turn) set({ isRead: true, fault: messageOf(error) });
  }
}

async function readCheckpoints(run: string): Promise<void> {
  const checkpoints = await library((commands) => commands.checkpoints(run));
  if (get().details?.run === run) set({ details: { run, checkpoints } });
}

/** True while this tab trains. */
const trains = ({ source, status }: ReturnType<typeof lab.getState>) =>
  source === 'live' && (status === 'playing' || status === 'paused');

/** Time until the browser has freed the lock of a worker that the page has ended, ms. */
const FREED_MS = 1000;
/** Time between two looks at a run that another tab holds: the tab may end at any time. */
const HELD_MS = 2000;

/** Reads the list now, when a training starts, saves or ends, and while another tab holds a run. @returns a function that ends this */
export function followRuns(): () => void {
  set({ failed: null, imported: null });
  void refreshRuns();
  let later: ReturnType<typeof setTimeout> | undefined;
  const end = lab.subscribe((state, before) => {
    const hasStopped = !trains(state) && trains(before);
    if (trains(state) === trains(before) && state.runName === before.runName && state.saved === before.saved) return;
    void refreshRuns();
    if (hasStopped) later = setTimeout(refreshRuns, FREED_MS);
  });
  const looking = setInterval(() => {
    if (get().list.some((run) => isHeld(run) && !run.isHere)) void refreshRuns();
  }, HELD_MS);
  return () => {
    clearTimeout(later);
    clearInterval(looking);
    end();
  };
}

/** Brings a run to Train. Asks first if that ends a training or loses a run. */
async function onTrain(
  run: StoredRun,
  verb: 'Open' | 'Continue',
  work: (name: string) => Promise<void>,
): Promise<void> {
  const atStake = runAtStake(lab.getState());
  const title = `${verb} “${titleOf(run)}”?`;
  if (atStake && !(await ask({ title, reasons: [atStake], confirm: verb }))) return;
  lab.setState({ screen: 'train' });
  await work(run.name);
}

/** Shows a run as far as it went. */
export const openRun = (run: ListedRun): Promise<void> => onTrain(run, 'Open', openStoredRun);

/** Trains on from the newest good checkpoint of a run. */
export const resumeRun = (run: ListedRun): Promise<void> => onTrain(run, 'Continue', continueRun);

/**
 * Trains a fork of a run from one of its checkpoints, as a run of its own. Asks first if that ends a training.
 * @param fields changes of the recipe by path
 */
export async function forkFrom(
  run: ListedRun,
  { name, stage, step }: Pick<CheckpointRow, 'name' | 'stage' | 'step'>,
  fields: Fields,
): Promise<void> {
  const atStake = runAtStake(lab.getState());
  const title = `Fork “${titleOf(run)}” from ${stage.toUpperCase()} step ${step}?`;
  if (atStake && !(await ask({ title, reasons: [atStake], confirm: 'Fork and train' }))) return;
  set({ failed: null });
  const forked = { run: run.name, checkpoint: name, fields, title: `${titleOf(run)}, fork from ${name}`.slice(0, 200) };
  const began = await attempt(run.name, async () => {
    await forkRun(forked);
    return true;
  });
  if (began) lab.setState({ screen: 'train' });
}

/** Result of some work on a run; null if it failed, with the reason in `failed`. */
async function attempt<T>(run: string | null, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    set({ failed: { run, message: messageOf(error) } });
    return null;
  }
}

/** Ends when the actions so far have ended. */
let last: Promise<unknown> = Promise.resolve();

/** Runs an action after those before it, then reads the list again. @returns its result; null if it failed */
function act<T>(run: string | null, work: () => Promise<T>, busy: RunsState['busy'] = null): Promise<T | null> {
  const done = last.then(async () => {
    const { failed, imported } = get();
    set({ busy, failed: failed?.run === run ? null : failed, imported: run === null ? null : imported });
    const result = await attempt(run, work);
    set({ busy: null });
    await refreshRuns();
    return result;
  });
  last = done;
  return done;
}

/** Opens the details of a run and closes those of another; closes them if they are open. */
export async function toggleDetails(run: string): Promise<void> {
  if (get().details?.run === run) return set({ details: null });
  set({ details: { run, checkpoints: null } });
  await attempt(run, () => readCheckpoints(run));
}

/** Changes the title, notes, tags, colour or pins of a run. */
export const editRun = ({ name, isHere }: ListedRun, edit: MetaEdit): Promise<unknown> =>
  act(name, async () => {
    await (isHere ? editLiveRun(name, edit) : library((commands) => commands.edit(name, edit)));
    if (edit.title !== undefined && lab.getState().runName === name) lab.setState({ runTitle: edit.title });
  });

/** Time in which a deletion can be undone, ms. */
export const UNDO_MS = 10_000;

/** Ends of the waiting deletions, by run. */
const waiting = new Map<string, ReturnType<typeof setTimeout>>();

const withoutDeleted = (name: string) => get().deleted.filter((run) => run.name !== name);

/**
 * Takes a run out of the list, and deletes it once `UNDO_MS` have passed. Its files stay as they are until then: a page that is
 * closed before loses nothing.
 */
export async function deleteRun(run: ListedRun): Promise<void> {
  const { name } = run;
  const done = await act(name, async () => {
    await library((commands) => commands.setAside(name));
    set({ deleted: [...withoutDeleted(name), run] });
    dropChosen(name);
    return true;
  });
  if (done)
    waiting.set(
      name,
      setTimeout(() => void endDeletion(name), UNDO_MS),
    );
}

function stopWaiting(name: string): void {
  clearTimeout(waiting.get(name));
  waiting.delete(name);
}

/** Deletes a run that waits for its deletion now. */
export async function endDeletion(name: string): Promise<void> {
  stopWaiting(name);
  await act(name, () => library((commands) => commands.remove(name)), { run: name, action: 'delete' });
  set({ deleted: withoutDeleted(name) });
}

/** Brings a run back that waits for its deletion. */
export async function undoDeletion(name: string): Promise<void> {
  stopWaiting(name);
  await act(name, async () => {
    await library((commands) => commands.restore(name));
    set({ deleted: withoutDeleted(name) });
  });
}

/** Deletes a checkpoint, if the user agrees. */
export async function deleteCheckpoint(run: StoredRun, { name, bytes }: CheckpointRow): Promise<void> {
  const title = `Delete checkpoint ${name}?`;
  const reasons = [
    `“${titleOf(run)}” keeps its rollouts and other checkpoints. It can then not continue from ${name}. This cannot be undone.`,
  ];
  if (!(await ask({ title, reasons, confirm: `Delete ${storageSize(bytes)}` }))) return;
  await act(run.name, () => library((commands) => commands.removeCheckpoint(run.name, name)));
}

/** Exports a run. @param checkpoint of a model; null for the newest good one @returns null if it failed */
export const exportRun = (
  run: string,
  kind: ExportKind = 'zip',
  checkpoint: string | null = null,
): Promise<ExportedFile | null> =>
  act(run, () => library((commands) => commands.export(run, kind, checkpoint)), { run, action: 'export' });

/** Imports zips and recordings of runs, one after the other. Stops at the first that is refused. */
export const importRuns = (files: readonly File[]): Promise<unknown> =>
  act(
    null,
    async () => {
      for (const file of files) {
        const { name, faults } = await library((commands) => commands.import(file, file.name));
        set({ imported: { run: name, faults: faults.map(faultText) } });
      }
    },
    { run: null, action: 'import' },
  );

/** The largest runs that can be deleted, the largest first. */
export const largest = (list: readonly StoredRun[], count: number): readonly StoredRun[] =>
  list
    .filter((run) => !isHeld(run))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, count);
