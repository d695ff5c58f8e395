/** Controls the run on screen: a recording, or training in the worker. The one that started last owns the screen. */
import { fetchedFile, isPage } from '../fetched';
import type { LabEvent } from '../lab/run/events';
import { bounded } from '../quote';
import { LabClient } from '../worker/client';
import type { Compute, RunMessage } from '../worker/protocol';
import { type LabState, lab, NOTHING_SELECTED } from './lab';
import { followDraft } from './memory';
import { followProgram } from './program';
import { Replay } from './replay';
import { applyEvent, emptyRun } from './run';

const RECORDING = `${import.meta.env.BASE_URL}runs/parity-12.jsonl`;

const { getState: get, setState: set } = lab;
let client: LabClient | null = null;
let replay: Replay | null = null;
/** Counts started runs; messages of earlier runs are ignored. */
let turn = 0;

const applyAll = (events: readonly LabEvent[]) => {
  const { run, version } = get();
  for (const event of events) applyEvent(run, event);
  set({ version: version + 1 });
};
const fail = (error: NonNullable<LabState['error']>) =>
  set({ status: 'failed', error: { ...error, message: bounded(error.message) } });

/** True while this tab trains or a training is paused. */
const isLive = () => get().source === 'live' && (get().status === 'playing' || get().status === 'paused');

/** Clears the screen for a new run. */
function begin(fresh: Pick<LabState, 'source' | 'status' | 'started'>): number {
  replay?.pause();
  replay = null;
  set({ ...fresh, error: null, compiling: null, run: emptyRun(), version: get().version + 1 });
  return ++turn;
}

/** Looks for a GPU and plays the recorded run. Keeps the selection that the address made. */
export async function openLab(): Promise<void> {
  const opened = new LabClient(({ cause, message }) => {
    if (cause === 'not-loaded') set({ adapter: { kind: 'none', cause: 'worker', message } });
    if (isLive()) fail({ message });
  });
  client = opened;
  followDraft((recipe, compute) => opened.estimate(recipe, compute));
  followProgram((source) => opened.sourceFault(source));
  const adapter = opened.adapter().catch(({ message }: Error) => ({ kind: 'none', cause: 'worker', message }) as const);
  void adapter.then((found) => set({ adapter: found, compute: found.kind === 'webgpu' ? 'webgpu' : 'cpu' }));
  await play();
}

/** Plays the recorded run from its start, and ends a live run. */
export async function playRecording(): Promise<void> {
  if (get().source === 'live') void client?.stop();
  set(NOTHING_SELECTED);
  await play();
}

async function play(): Promise<void> {
  const mine = begin({ source: 'replay', status: 'loading', started: null });
  try {
    const response = await fetchedFile(RECORDING);
    if (isPage(response)) throw new Error(`${RECORDING} is a web page, not a recording; reload this page`);
    const text = await response.text();
    if (mine !== turn) return;
    replay = new Replay(text, RECORDING, {
      apply(events, finished) {
        applyAll(events);
        if (finished) set({ status: 'finished' });
      },
      failed: (message) => fail({ message }),
    });
    replay.setSpeed(get().speed);
    replay.play();
    set({ status: 'playing' });
  } catch (error) {
    if (mine === turn) fail({ message: (error as Error).message });
  }
}

/** Trains the draft in this tab. Does nothing while the draft has a refused edit. */
export async function trainDraft(): Promise<void> {
  if (Object.keys(get().refused).length > 0) return;
  const mine = begin({ source: 'live', status: 'playing', started: get().draft });
  set(NOTHING_SELECTED);
  const onMessage = (message: RunMessage) => {
    if (mine !== turn) return;
    switch (message.type) {
      case 'events':
        return applyAll(message.events);
      case 'compiling':
        return set({ compiling: message });
      case 'failed':
        return fail(message);
      case 'stopped':
        return get().status === 'failed' ? undefined : set({ status: 'finished' });
      default:
        return message satisfies never;
    }
  };
  try {
    await client?.start(get().draft, get().compute, onMessage);
  } catch (error) {
    if (mine === turn) fail({ message: (error as Error).message });
  }
}

export function pause(): void {
  if (get().source === 'live') client?.pause();
  else replay?.pause();
  set({ status: 'paused' });
}

export function resume(): void {
  if (get().source === 'live') client?.resume();
  else replay?.play();
  set({ status: 'playing' });
}

/** Runs one training step, then pauses. */
export function stepOnce(): void {
  set({ status: 'paused' });
  if (get().source === 'live') client?.step();
  else {
    replay?.pause();
    replay?.step();
  }
}

/** Ends a live run at once; moves a recording to its end. */
export async function stop(): Promise<void> {
  if (get().source === 'replay') return replay?.toEnd();
  const mine = turn;
  await client?.stop();
  if (mine === turn && isLive()) set({ status: 'finished' });
}

export function setSpeed(speed: number): void {
  replay?.setSpeed(speed);
  set({ speed });
}

export const setCompute = (compute: Compute): void => set({ compute });
