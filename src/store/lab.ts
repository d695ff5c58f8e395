/** State of the lab for all screens: the shown run, its source, the draft and the selection. Uses no UI framework. */
import { createStore } from 'zustand/vanilla';
import type { NoGpuCause } from '../gpu/browser';
import { type Browsed, browsable } from '../lab/recipe/browse';
import { recipes } from '../lab/recipe/presets';
import type { Recipe } from '../lab/recipe/recipe';
import type { Result } from '../lab/report/results';
import type { MemoryEstimate } from '../lab/run/memory';
import type { WorkedOptions } from '../lab/run/workedOut';
import { ALL_TRACES, type TraceQuery } from '../lab/traces/query';
import type { AdapterStatus, Compute, Groups, Place, RunNotice, ShownPhase } from '../worker/protocol';
import type { Refused } from './edits';
import { type EvaluateChoice, INITIAL_EVALUATE } from './evaluateChoice';
import type { NamedRun } from './interrupted';
import { INITIAL_PLAY, type PlayChoice } from './playChoice';
import type { Question } from './question';
import { INITIAL_REWARD, type RewardChoice } from './rewardChoice';
import { emptyRun, type RunData } from './run';

type Status = 'loading' | 'playing' | 'paused' | 'finished' | 'failed';

/** Reward lengths that changed with the choice of a task or level. */
export interface AlsoChanged {
  readonly words: string;
  /** Previous lengths, by path. */
  readonly lengths: Readonly<Record<string, unknown>>;
}

/** GRPO step that is read back for the screen. */
export interface OpenedStep {
  readonly step: number;
  /** Null while it is read, and where it cannot be read. */
  readonly groups: Groups | null;
  readonly fault: string | null;
}

export interface LabState {
  /** Source of the run on screen: a recording, a training in this tab, or a stored run to read. */
  source: 'replay' | 'live' | 'stored';
  status: Status;
  error: { readonly message: string; readonly cause?: NoGpuCause | undefined } | null;
  run: RunData;
  /** Name of the stored run on screen; null for a recording and for a run that is not stored. */
  runName: string | null;
  /** Title that the user gave the stored run on screen; empty without one. */
  runTitle: string;
  /** Last checkpoint of the live run; null before the first. */
  saved: Place | null;
  /** Checkpoints that the run on screen has now, oldest first: retention removes others, a recording has none. */
  checkpoints: readonly Place[];
  /** Facts about the run on screen, one of each code. */
  notices: readonly RunNotice[];
  /** Phase after which the live run waits within a GRPO step; null while it does not. */
  phase: ShownPhase | null;
  /** Old GRPO steps that were read back, the newest request last. */
  opened: readonly OpenedStep[];
  /** Name of the run that trained in this tab when it was closed or reloaded; null without one. */
  interrupted: NamedRun | null;
  /** Recipe of the live run on screen. */
  started: Recipe | null;
  /** Open question, or null. */
  question: Question | null;
  /** Number of compiled kernels while a live run compiles; null before. */
  compiling: { readonly ready: number; readonly kernels: number } | null;
  /** Grows whenever `run` changes. */
  version: number;
  adapter: AdapterStatus | { readonly kind: 'checking' };
  compute: Compute;
  /** Recipe of the next run. */
  draft: Recipe;
  /** Draft without the changes made since it was chosen or loaded. */
  loaded: Recipe;
  /** Refused edits by field. Each waits in its field until it is valid or withdrawn. */
  refused: Refused;
  /** Faults of the refused edits and of items that a list refused, by the field that shows them. */
  draftErrors: Readonly<Record<string, string>>;
  /** Estimated memory of the draft on the chosen device, or the reason why it does not fit; null until known. */
  memory: MemoryEstimate | { readonly refused: string } | null;
  /** Last checked program and its fault; null before the first check. */
  checked: { readonly source: string; readonly fault: string | null } | null;
  /** Lengths that changed with the last choice of a task or level, or null. */
  alsoChanged: AlsoChanged | null;
  /** Page of the open drawer *New run*: its fields, or the task picker; null while it is closed. */
  newRun: 'fields' | 'task' | null;
  /** Field that the drawer shows next, by its path; null without one. */
  newRunField: string | null;
  /** Grows whenever the draft changes, so that fields update. */
  edition: number;
  speed: number;
  /** Screen that is shown, by its id in the registry of screens. */
  screen: string;
  /** GRPO step on screen; null follows the latest step. */
  step: number | null;
  /** Group on screen; null shows the most varied group. */
  group: number | null;
  rollout: number;
  /** Chosen token of the rollout, from 0; null for none. */
  token: number | null;
  /** Query of the Traces view. */
  traces: TraceQuery;
  /** Choices of the worked-out group that differ from the run's own. */
  worked: Partial<WorkedOptions>;
  /** State of the think blocks. */
  thoughts: 'open' | 'folded';
  /** Readable result files, and the faults of the others. */
  results: { readonly read: boolean; readonly list: readonly Result[]; readonly faults: readonly string[] };
  /** Id of the experiment on screen; null shows the first. */
  experiment: string | null;
  /** Seed of the next run of a setting of an experiment; null for the first of the result file. */
  experimentSeed: number | null;
  /** Open dialog of the shell; null without one. */
  overlay: 'commands' | 'keys' | 'share' | null;
  /** Tab of the Runs screen. */
  runsTab: 'list' | 'evaluate' | 'report';
  /** Names of the runs whose comparison the Runs screen shows; none shows the list. */
  compared: readonly string[];
  /** Problem in the task picker. */
  data: Browsed;
  /** Choices of the Evaluate tab. */
  evaluation: EvaluateChoice;
  /** Choices of the Playground. */
  play: PlayChoice;
  /** Edited rewards. */
  reward: RewardChoice;
  /** A newer version of the page, if the server has one: ready to open, or held back by other tabs that use this one. */
  newVersion: 'ready' | 'other-tabs' | null;
  /** Faults of the opened link. */
  linkFaults: readonly string[];
  /** Recipe that the opened link loaded, in words; null without one, and once the user has moved on. */
  linkNote: string | null;
  /** Parameters of the link whose recipe is the draft, for the address; empty once the draft changes. */
  linked: string;
}

/** Most runs of a comparison: as many as there are colours that everyone can distinguish. */
export const MOST_COMPARED = 6;

const first = recipes[0] as Recipe;

export const NOTHING_SELECTED = { step: null, group: null, rollout: 0, token: null } as const;

/** Facts about a stored run, before there is one. */
export const NO_RUN: Pick<LabState, 'runName' | 'runTitle' | 'saved' | 'checkpoints' | 'notices' | 'phase' | 'opened'> =
  {
    runName: null,
    runTitle: '',
    saved: null,
    checkpoints: [],
    notices: [],
    phase: null,
    opened: [],
  };

export const lab = createStore<LabState>(() => ({
  source: 'replay',
  status: 'loading',
  error: null,
  run: emptyRun(),
  ...NO_RUN,
  interrupted: null,
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
  alsoChanged: null,
  newRun: null,
  newRunField: null,
  overlay: null,
  memory: null,
  checked: null,
  edition: 0,
  speed: 1,
  screen: 'train',
  ...NOTHING_SELECTED,
  traces: ALL_TRACES,
  worked: {},
  thoughts: 'open',
  results: { read: false, list: [], faults: [] },
  experiment: null,
  experimentSeed: null,
  runsTab: 'list',
  compared: [],
  data: { task: first.task.name, level: first.task.level, seed: first.seed, index: 0 },
  evaluation: INITIAL_EVALUATE,
  play: INITIAL_PLAY,
  reward: INITIAL_REWARD,
  newVersion: null,
  linkFaults: [],
  linkNote: null,
  linked: '',
}));

export const show = (
  shown: Partial<
    Pick<
      LabState,
      | 'screen'
      | 'step'
      | 'group'
      | 'rollout'
      | 'token'
      | 'worked'
      | 'traces'
      | 'experiment'
      | 'experimentSeed'
      | 'runsTab'
    >
  >,
): void => lab.setState(shown);

/** Opens the drawer *New run*. @param field path of the field to show; null for the start of the drawer */
export const openNewRun = (field: string | null = null): void => lab.setState({ newRun: 'fields', newRunField: field });

/** Opens the task picker of the drawer at the draft's task. */
export const openTaskPicker = (): void =>
  lab.setState(({ draft, data }) => ({
    newRun: 'task',
    data: browsable({ ...data, task: draft.task.name, level: draft.task.level, index: 0 }, draft.own),
  }));

/** Opens a dialog of the shell. It closes the drawer. */
export const openOverlay = (overlay: NonNullable<LabState['overlay']>): void =>
  lab.setState({ overlay, newRun: null, newRunField: null });

export const forgetLinkFaults = (): void => lab.setState({ linkFaults: [] });

export const closeOverlay = (): void => lab.setState({ overlay: null });

export const closeNewRun = (): void => lab.setState({ newRun: null, newRunField: null });

export const toggleThoughts = (): void =>
  lab.setState(({ thoughts }) => ({ thoughts: thoughts === 'open' ? 'folded' : 'open' }));

/** Changes the problem in the task picker, limited to existing problems. */
export const browse = (wanted: Partial<Browsed>): void =>
  lab.setState(({ data, draft }) => ({ data: browsable({ ...data, ...wanted }, draft.own) }));
