/** Controls the run on screen: a recording, training in the worker, or a stored run. The one that started last owns the screen. */
import { fetchedFile, isPage } from '../fetched';
import type { Recipe } from '../lab/recipe/recipe';
import type { Fields } from '../lab/run/changes';
import type { ApplyEvent, LabEvent } from '../lab/run/events';
import { bounded } from '../quote';
import type { LabClient } from '../worker/client';
import type { AskedFork } from '../worker/forkedRun';
import type { MetaEdit } from '../worker/metaEdit';
import type { Compute, RunMessage, RunNotice } from '../worker/protocol';
import { interruptedRun, noteTraining } from './interrupted';
import { type LabState, lab, NO_RUN, NOTHING_SELECTED } from './lab';
import { followDraft } from './memory';
import { readStepsFrom } from './opened';
import { followProgram } from './program';
import { RECORDING } from './recording';
import type { Replay } from './replay';
import { applyEvent, emptyRun, UNSTORED_ROLLOUTS_KEPT } from './run';

const { getState: get, setState: set } = lab;
let client: LabClient | null = null;
/** Ends when the client is there, or cannot be. */
let opening: Promise<void> = Promise.resolve();
let replay: Replay | null = null;
/** Counts started runs; messages of earlier runs are ignored. */
let turn = 0;

const applyAll = (events: readonly LabEvent[]) => {
  const { run, version } = get();
  for (const event of events) applyEvent(run, event);
  set({ version: version + 1, ...(events.some(({ type }) => type === 'grpo') && { phase: null }) });
};
const fail = (error: NonNullable<LabState['error']>) =>
  set({ status: 'failed', error: { ...error, message: bounded(error.message) } });

/** True while this tab trains or a training is paused. */
const isLive = () => get().source === 'live' && (get().status === 'playing' || get().status === 'paused');

const withoutNotice = (code: RunNotice['code']) => get().notices.filter((notice) => notice.code !== code);

/** Clears the screen for a new run. */
function begin(fresh: Pick<LabState, 'source' | 'status' | 'started'>): number {
  replay?.pause();
  replay = null;
  readStepsFrom(null);
  if (fresh.source !== 'replay') {
    noteTraining(null);
    set({ interrupted: null });
  }
  set({ ...fresh, ...NO_RUN, error: null, compiling: null, run: emptyRun(), version: get().version + 1 });
  return ++turn;
}

/** Connects to the worker. The code for that loads after the first picture. */
async function openClient(): Promise<void> {
  const noTraining = (message: string) => set({ adapter: { kind: 'none', cause: 'worker', message }, compute: 'cpu' });
  const module = await import('../worker/client').catch(() => null);
  if (!module) return noTraining('a part of the page did not load; reload the page');
  const opened = new module.LabClient(({ cause, message }) => {
    if (cause === 'not-loaded') set({ adapter: { kind: 'none', cause: 'worker', message } });
    if (isLive()) fail({ message });
  });
  client = opened;
  followDraft(
    (recipe, compute) => opened.estimate(recipe, compute),
    (recipe, compute, bytes) => opened.fitting(recipe, compute, bytes),
  );
  // without it, the time of a run stays unknown
  void import('./speed').then(
    ({ followSpeed }) => followSpeed(),
    () => {},
  );
  followProgram((source) => opened.sourceFault(source));
  void findGpu(opened);
}

async function findGpu(to: LabClient): Promise<void> {
  const failed = ({ message }: Error) => ({ kind: 'none', cause: 'worker', message }) as const;
  const found = await to.adapter().catch(failed);
  set({ adapter: found, compute: found.kind === 'webgpu' ? 'webgpu' : 'cpu' });
}

/** Looks for a GPU again, because the user has changed something. */
export async function checkGpu(): Promise<void> {
  set({ adapter: { kind: 'checking' } });
  if (client) await findGpu(client);
}

/** Looks for a GPU and plays the recorded run. Keeps the selection that the address made. */
export async function openLab(): Promise<void> {
  set({ interrupted: interruptedRun() });
  opening = openClient();
  await Promise.all([opening, play()]);
}

/** Plays the recorded run from its start, and ends a live run. */
export async function playRecording(): Promise<void> {
  if (get().source !== 'replay') {
    void client?.stop();
    noteTraining(null);
  }
  set(NOTHING_SELECTED);
  await play();
}

async function play(): Promise<void> {
  const mine = begin({ source: 'replay', status: 'loading', started: null });
  try {
    const [response, { Replay }] = await Promise.all([fetchedFile(RECORDING), import('./replay')]);
    if (isPage(response)) throw new Error(`${RECORDING} is a web page, not a recording; reload this page`);
    const file = await response.blob();
    if (mine !== turn) return;
    const recording = new Replay(file, RECORDING, {
      apply(events, finished) {
        if (mine !== turn) return; // events that were on their way when another run began
        applyAll(events);
        if (finished) set({ status: 'finished' });
      },
      failed: (message) => mine === turn && fail({ message }),
    });
    replay = recording;
    readStepsFrom((step) => recording.groupsOf(step));
    replay.setSpeed(get().speed);
    replay.play();
    set({ status: 'playing' });
  } catch (error) {
    if (mine === turn) fail({ message: (error as Error).message });
  }
}

/** Shows a fact about the run on screen. */
function notice(about: RunNotice): void {
  set({ notices: [...withoutNotice(about.code), about] });
  if (about.code === 'full') set({ status: 'paused' });
  if (about.code === 'held') set({ source: 'stored' });
  if (about.code === 'not-stored') get().run.grpo.kept = UNSTORED_ROLLOUTS_KEPT;
}

/** Notes a live run for after a reload, with the title on screen. */
function noteLive(name: string | null, own: string): void {
  const recipe = get().started ?? get().run.start?.recipe;
  noteTraining(isLive() && name !== null ? { name, title: own || recipe?.title || name } : null);
}

/** The run on screen is stored under a name, or no longer. */
function storedAs(name: string | null, title: string): void {
  set({ runName: name, runTitle: title });
  noteLive(name, title);
  readStepsFrom(name === null ? null : async (step) => (await client?.rolloutsOf(name, step)) ?? []);
}

function handle(message: RunMessage): void {
  switch (message.type) {
    case 'events':
      return applyAll(message.events);
    case 'compiling':
      return set({ compiling: message });
    case 'stored':
      return storedAs(message.name, message.name === null ? '' : message.title);
    case 'saved':
      return set({ saved: message.place, checkpoints: message.stored });
    case 'checkpoints':
      return set({ checkpoints: message.stored });
    case 'notice':
      return notice(message.notice);
    case 'room':
      return set({ notices: withoutNotice('full'), ...(message.playing && { status: 'playing' }) });
    case 'phase':
      return set({ phase: message.phase });
    case 'failed':
      return fail(message);
    case 'stopped':
      noteTraining(null);
      return get().status === 'failed' ? undefined : set({ status: 'finished' });
    default:
      message satisfies never;
  }
}

/** Begins a run in the worker and shows what it reports. */
async function work(
  fresh: Pick<LabState, 'source' | 'started'>,
  begins: (client: LabClient, onMessage: (message: RunMessage) => void) => Promise<void>,
): Promise<void> {
  const mine = begin({ ...fresh, status: fresh.source === 'live' ? 'playing' : 'loading' });
  set(NOTHING_SELECTED);
  try {
    await opening;
    if (client) await begins(client, (message) => mine === turn && handle(message));
  } catch (error) {
    if (mine === turn) fail({ message: (error as Error).message });
  }
}

/** Trains a recipe in this tab, and ends a live run. */
export const trainRecipe = (recipe: Recipe, compute: Compute): Promise<void> =>
  work({ source: 'live', started: recipe }, (to, onMessage) => to.start(recipe, compute, onMessage));

/** Continues a stopped run from its last checkpoint, and ends a live run. */
export async function continueRun(name: string): Promise<void> {
  const { compute } = get();
  await work({ source: 'live', started: null }, (to, onMessage) => to.continueRun(name, compute, onMessage));
}

/** Trains a fork of a stored run as a new run, and ends a live run. Rejects naming each field that the fork cannot change. */
export async function forkRun(fork: AskedFork): Promise<void> {
  const { compute } = get();
  await client?.checkFork(fork);
  await work({ source: 'live', started: null }, (to, onMessage) => to.fork(fork, compute, onMessage));
}

/**
 * Changes the recipe of the run that trains here before its next step.
 * @throws naming each field that the run refuses, or if the run stops before that step
 */
export async function applyChange(fields: Fields): Promise<ApplyEvent> {
  if (!client || !isLive()) throw new Error('apply: no run trains here; start or continue one, then apply the change');
  return client.apply(fields);
}

/** Shows a stored run as far as it went, and ends a live run. */
export async function openStoredRun(name: string): Promise<void> {
  await work({ source: 'stored', started: null }, (to, onMessage) => to.openRun(name, onMessage));
}

export function pause(): void {
  if (get().source === 'live') client?.pause();
  else replay?.pause();
  set({ status: 'paused' });
}

export function resume(): void {
  if (get().source === 'live') client?.resume();
  else replay?.play();
  set({ status: 'playing', notices: withoutNotice('full') });
}

/** Runs one training step, then pauses. */
export function stepOnce(): void {
  set({ status: 'paused' });
  if (get().source === 'live') client?.step();
  else {
    replay?.pause();
    void replay?.step();
  }
}

/** Runs to the end of the next phase of a GRPO step (collect, score, advantages, update), then pauses. Live runs only. */
export function stepPhase(): void {
  if (!isLive()) return;
  set({ status: 'paused' });
  client?.stepPhase();
}

/** Changes what is noted about the run that trains here. */
export async function editLiveRun(name: string, edit: MetaEdit): Promise<void> {
  await client?.editRun(name, edit);
  if (edit.title !== undefined && get().runName === name) noteLive(name, edit.title);
}

/** Saves a checkpoint of a live run at its next step boundary, because the page may be closed. */
export function saveSoon(): void {
  if (isLive()) client?.checkpoint();
}

/** Removes the offer to continue the run that trained here before. */
export function forgetInterrupted(): void {
  noteTraining(null);
  set({ interrupted: null });
}

/** Ends a live run at once; moves a recording to its end. */
export async function stop(): Promise<void> {
  if (get().source === 'replay') return replay?.toEnd();
  const mine = turn;
  await client?.stop();
  noteTraining(null);
  if (mine === turn && isLive()) set({ status: 'finished' });
}

export function setSpeed(speed: number): void {
  replay?.setSpeed(speed);
  set({ speed });
}

export const setCompute = (compute: Compute): void => set({ compute });
