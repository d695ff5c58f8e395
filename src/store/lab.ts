/** The lab's state for any screen: the run that is shown, where it comes from, what is chosen. No framework in here. */
import { createStore } from 'zustand/vanilla';
import type { LabEvent } from '../lab/events';
import { type Recipe, recipeSchema, withFields } from '../lab/recipe';
import { recipeByName, recipes } from '../lab/recipes';
import { type ModelPreset, type ModelShape, modelPresets } from '../model/presets';
import { LabClient } from '../worker/client';
import type { AdapterStatus, Compute, RunMessage } from '../worker/protocol';
import { Replay } from './replay';
import { applyEvent, emptyRun, type RunData } from './run';

export type View = 'train' | 'rollouts';
export type Status = 'loading' | 'playing' | 'paused' | 'finished' | 'failed';

export interface LabState {
  /** A recording is never shown as live. */
  source: 'replay' | 'live';
  status: Status;
  error: string | null;
  run: RunData;
  /** Grows whenever `run` changed. */
  version: number;
  adapter: AdapterStatus | { readonly kind: 'checking' };
  compute: Compute;
  /** What the next run would do. */
  draft: Recipe;
  /** What the last edit of the draft got wrong, by field. */
  draftErrors: Readonly<Record<string, string>>;
  speed: number;
  view: View;
  /** The GRPO step on screen; null follows the latest. */
  step: number | null;
  /** The group on screen; null shows the one whose rewards differ most. */
  group: number | null;
  rollout: number;
}

const NOTHING_SELECTED = { step: null, group: null, rollout: 0 } as const;

const RECORDING = `${import.meta.env.BASE_URL}runs/parity-12.jsonl`;

export const lab = createStore<LabState>(() => ({
  source: 'replay',
  status: 'loading',
  error: null,
  run: emptyRun(),
  version: 0,
  adapter: { kind: 'checking' },
  compute: 'webgpu',
  draft: recipes[0] as Recipe,
  draftErrors: {},
  speed: 1,
  view: 'train',
  step: null,
  group: null,
  rollout: 0,
}));

const { getState: get, setState: set } = lab;
let client: LabClient | null = null;
let replay: Replay | null = null;

const applyAll = (events: readonly LabEvent[]) => {
  const { run, version } = get();
  for (const event of events) applyEvent(run, event);
  set({ version: version + 1 });
};
const failWith = (message: string) => set({ status: 'failed', error: message });

/** Looks for a GPU and plays the recorded run. */
export async function openLab(): Promise<void> {
  client = new LabClient();
  void client.adapter().then((adapter) => set({ adapter, compute: adapter.kind === 'webgpu' ? 'webgpu' : 'cpu' }));
  await playRecording(true);
}

/** The recorded run from its start; what is selected stays selected where the address asked for it. */
export async function playRecording(keepSelection = false): Promise<void> {
  await stopLive();
  set({ source: 'replay', status: 'loading', error: null, run: emptyRun(), version: get().version + 1 });
  if (!keepSelection) set(NOTHING_SELECTED);
  try {
    const response = await fetch(RECORDING);
    if (!response.ok) throw new Error(`${RECORDING}: ${response.status} ${response.statusText}`);
    replay?.pause();
    replay = new Replay(await response.text(), RECORDING, {
      apply(taken, finished) {
        applyAll(taken);
        if (finished) set({ status: 'finished' });
      },
      failed: failWith,
    });
    replay.setSpeed(get().speed);
    replay.play();
    set({ status: 'playing' });
  } catch (error) {
    failWith(`the recorded run cannot be shown: ${(error as Error).message}`);
  }
}

async function stopLive(): Promise<void> {
  if (get().source === 'live') await client?.stop();
}

/** Trains the draft in this tab. */
export async function trainDraft(): Promise<void> {
  replay?.pause();
  replay = null;
  const run = emptyRun();
  set({ source: 'live', status: 'playing', error: null, run, ...NOTHING_SELECTED, version: get().version + 1 });
  const onMessage = (message: RunMessage) => {
    if (get().run !== run) return; // of a run that another has replaced
    switch (message.type) {
      case 'events':
        return applyAll(message.events);
      case 'failed':
        return failWith(message.message);
      case 'stopped':
        return set({ status: 'finished' });
      default:
        return message satisfies never;
    }
  };
  try {
    await client?.start(get().draft, get().compute, onMessage);
  } catch (error) {
    failWith((error as Error).message);
  }
}

export function pause(): void {
  if (get().source === 'live') void client?.pause();
  else replay?.pause();
  set({ status: 'paused' });
}

export function resume(): void {
  if (get().source === 'live') void client?.resume();
  else replay?.play();
  set({ status: 'playing' });
}

/** One training step further, then paused. */
export function stepOnce(): void {
  set({ status: 'paused' });
  if (get().source === 'live') void client?.step();
  else {
    replay?.pause();
    replay?.step();
  }
}

/** Ends a live run where it stands; a recording jumps to its end. */
export function stop(): void {
  if (get().source === 'live') void client?.stop();
  else replay?.toEnd();
}

export function setSpeed(speed: number): void {
  replay?.setSpeed(speed);
  set({ speed });
}

export const chooseRecipe = (name: string): void => set({ draft: recipeByName(name), draftErrors: {} });

export const setCompute = (compute: Compute): void => set({ compute });

/** Changes one field of the draft; a value that does not fit is told and the draft stays as it was. */
export function editDraft(path: string, value: unknown): void {
  const { draft, draftErrors } = get();
  const { [path]: _, ...otherErrors } = draftErrors;
  try {
    set({ draft: withFields(draft, { [path]: value }), draftErrors: otherErrors });
  } catch (error) {
    set({ draftErrors: { ...otherErrors, [path]: (error as Error).message.replaceAll('recipe: ', '') } });
  }
}

/** The model preset whose shape the draft has; null where it is none's. */
export function draftPreset({ model }: Recipe): ModelPreset | null {
  const fits = ([, shape]: [string, ModelShape]) =>
    Object.entries(shape).every(([field, value]) => model[field as keyof ModelShape] === value);
  return (Object.entries(modelPresets).find(fits)?.[0] as ModelPreset | undefined) ?? null;
}

/** All of the shape at once: one field at a time might not fit the others. */
export function chooseModelPreset(name: ModelPreset): void {
  const fields = Object.entries(modelPresets[name]).map(([field, value]) => [`model.${field}`, value] as const);
  set({ draft: withFields(get().draft, Object.fromEntries(fields)) });
}

/** Fields in which the draft differs from the recipe of the same name. */
export function draftChanges(draft: Recipe): string[] {
  const base = recipes.find(({ name }) => name === draft.name);
  if (!base) return [];
  return Object.keys(recipeSchema.shape).flatMap((section) => {
    const [a, b] = [draft, base].map((recipe) => recipe[section as keyof Recipe]);
    if (typeof a !== 'object' || typeof b !== 'object') return a === b ? [] : [section];
    return Object.entries(a)
      .filter(([field, value]) => value !== (b as Record<string, unknown>)[field])
      .map(([field]) => `${section}.${field}`);
  });
}

export const show = (shown: Partial<Pick<LabState, 'view' | 'step' | 'group' | 'rollout'>>): void => set(shown);
