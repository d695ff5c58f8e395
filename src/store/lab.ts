/** The lab's state for any screen: the run that is shown, where it comes from, what is chosen. No framework in here. */
import { createStore } from 'zustand/vanilla';
import type { NoGpuCause } from '../gpu/browser';
import { type Browsed, browsable } from '../lab/recipe/browse';
import { recipes } from '../lab/recipe/presets';
import type { Recipe } from '../lab/recipe/recipe';
import type { Result } from '../lab/report/results';
import type { MemoryEstimate } from '../lab/run/memory';
import type { AdapterStatus, Compute } from '../worker/protocol';
import type { Refused } from './edits';
import type { Question } from './question';
import { emptyRun, type RunData } from './run';

export const views = ['train', 'rollouts', 'evaluate', 'data'] as const;
export type View = (typeof views)[number];
type Status = 'loading' | 'playing' | 'paused' | 'finished' | 'failed';

/** Lengths of the reward that followed from a task or a level. */
export interface Followed {
  readonly told: string;
  /** The lengths before, by path. */
  readonly lengths: Readonly<Record<string, unknown>>;
}

export interface LabState {
  /** A recording is never shown as live. */
  source: 'replay' | 'live';
  status: Status;
  error: { readonly message: string; readonly cause?: NoGpuCause | undefined } | null;
  run: RunData;
  /** The recipe that the live run on screen was started with. */
  started: Recipe | null;
  /** What waits for an answer. */
  question: Question | null;
  /** How many kernels are ready while a live run compiles; null before it does. */
  compiling: { readonly ready: number; readonly kernels: number } | null;
  /** Grows whenever `run` changed. */
  version: number;
  adapter: AdapterStatus | { readonly kind: 'checking' };
  compute: Compute;
  /** What the next run would do. */
  draft: Recipe;
  /** The draft as it was chosen or loaded, without the changes made since. */
  loaded: Recipe;
  /** Edits that do not fit the draft, by field: each waits in its field until it fits or is taken back. */
  refused: Refused;
  /** What is wrong with them, by the field at which it is shown; and why an item could not be added to a list. */
  draftErrors: Readonly<Record<string, string>>;
  /** What the draft would take of the device that is chosen, or why it does not fit; null until that is known. */
  memory: MemoryEstimate | { readonly refused: string } | null;
  /** The program that was checked last, and what keeps it from running; null before the first. */
  checked: { readonly source: string; readonly fault: string | null } | null;
  /** What followed from the last choice of a task or a level; null where nothing did. */
  followed: Followed | null;
  /** Whether Setup is shown where there is no room for it beside the view. */
  setupOpen: boolean;
  /** Grows whenever the draft changed: fields show it anew. */
  edition: number;
  speed: number;
  view: View;
  /** The GRPO step on screen; null follows the latest. */
  step: number | null;
  /** The group on screen; null shows the one whose rewards differ most. */
  group: number | null;
  rollout: number;
  /** Whether think blocks are shown. */
  thoughts: 'open' | 'folded';
  /** The result files that could be read, and what is wrong with the others. */
  results: { readonly read: boolean; readonly list: readonly Result[]; readonly faults: readonly string[] };
  /** The experiment on screen by id; null shows the first. */
  experiment: string | null;
  /** What the Data screen shows. */
  data: Browsed;
  /** What a link asked for that there is not. */
  linkFaults: readonly string[];
}

const first = recipes[0] as Recipe;

export const NOTHING_SELECTED = { step: null, group: null, rollout: 0 } as const;

export const lab = createStore<LabState>(() => ({
  source: 'replay',
  status: 'loading',
  error: null,
  run: emptyRun(),
  started: null,
  question: null,
  compiling: null,
  version: 0,
  adapter: { kind: 'checking' },
  compute: 'webgpu',
  draft: first,
  loaded: first,
  refused: {},
  draftErrors: {},
  followed: null,
  setupOpen: false,
  memory: null,
  checked: null,
  edition: 0,
  speed: 1,
  view: 'train',
  ...NOTHING_SELECTED,
  thoughts: 'open',
  results: { read: false, list: [], faults: [] },
  experiment: null,
  data: { task: first.task.name, level: first.task.level, seed: first.seed, index: 0 },
  linkFaults: [],
}));

export const show = (shown: Partial<Pick<LabState, 'view' | 'step' | 'group' | 'rollout' | 'experiment'>>): void =>
  lab.setState(shown);

export const toggleSetup = (): void => lab.setState(({ setupOpen }) => ({ setupOpen: !setupOpen }));

export const toggleThoughts = (): void =>
  lab.setState(({ thoughts }) => ({ thoughts: thoughts === 'open' ? 'folded' : 'open' }));

/** Changes what the Data screen shows; what does not exist is brought to what does. */
export const browse = (wanted: Partial<Browsed>): void =>
  lab.setState(({ data, draft }) => ({ data: browsable({ ...data, ...wanted }, draft.own) }));
