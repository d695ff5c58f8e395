/** Protocol of page and worker: commands through comlink, events in batches through a plain port. */
import type { NoGpuCause } from '../gpu/browser';
import type { Recipe } from '../lab/recipe/recipe';
import type { SettingChange } from '../lab/run/advice';
import type { Fields } from '../lab/run/changes';
import type { ApplyEvent, GrpoEvent, LabEvent } from '../lab/run/events';
import type { MemoryEstimate } from '../lab/run/memory';
import type { CollectedRollout, ComparedRollout, GrpoPhase } from '../train/grpoPhase';
import type { AskedFork } from './forkedRun';
import type { MetaEdit } from './metaEdit';

export type AdapterStatus =
  | { readonly kind: 'webgpu'; readonly name: string }
  | { readonly kind: 'none'; readonly cause: NoGpuCause | 'worker'; readonly message: string };

/** Messages of a worker besides its answers: a heartbeat, and the report that it holds its lock (life.ts). */
export const BEAT = 'beat';
export const HOLDS_LIFE = 'holds-life';

export type Compute = 'webgpu' | 'cpu';

/** GRPO steps whose rollouts the page keeps; it reads older ones back from the journal. */
export const ROLLOUTS_KEPT = 64;

/** Groups of a GRPO step. */
export type Groups = GrpoEvent['groups'];

/** Phase of a GRPO step that has ended while the run goes phase by phase. */
export interface ShownPhase {
  readonly phase: GrpoPhase['phase'];
  readonly step: number;
  readonly groups: readonly (Omit<Groups[number], 'rollouts'> & { readonly rollouts: readonly PhaseRollout[] })[];
}

/** Completion with the numbers that it has by then. */
type PhaseRollout = Pick<CollectedRollout, 'ids' | 'text' | 'ended'> &
  Partial<Pick<ComparedRollout, 'reward' | 'parts' | 'correct' | 'advantage'>>;

/** Place between two steps. */
export interface Place {
  readonly stage: string;
  readonly step: number;
}

/** Fact about a run that the page puts in words. Each code has one notice at a time. */
export type RunNotice =
  /** The browser gives this page no storage. */
  | { readonly code: 'not-stored'; readonly reason: string }
  /** Another tab writes the run, so this page shows it and does not change it. */
  | { readonly code: 'held'; readonly who: string }
  /** The run waits for free storage. */
  | {
      readonly code: 'full';
      /** Bytes that the write needs; 0 if unknown. */
      readonly bytes: number;
      /** Largest other runs, which could be deleted. */
      readonly others: readonly { readonly name: string; readonly bytes: number }[];
    }
  /** The device was lost. The run continues on a new one. */
  | {
      readonly code: 'lost';
      readonly reason: string;
      /** Last step before the loss; null before the first. */
      readonly at: Place | null;
      /** Checkpoint from which the run continues; null for the start. */
      readonly from: Place | null;
      readonly attempt: number;
      readonly most: number;
    }
  /** The run continues on another device, where numbers round differently. */
  | { readonly code: 'other-device'; readonly before: string; readonly now: string }
  /** Damaged files of the run that are not used. */
  | { readonly code: 'damaged'; readonly faults: readonly string[] };

/** Message of a run. */
export type RunMessage =
  | { readonly type: 'events'; readonly events: readonly LabEvent[] }
  /** Progress of compilation: kernels that are ready. */
  | { readonly type: 'compiling'; readonly ready: number; readonly kernels: number }
  /** The run has a folder of this name, and a title; null if it was removed, because the run ended before its first step. */
  | { readonly type: 'stored'; readonly name: string; readonly title: string }
  | { readonly type: 'stored'; readonly name: null }
  /** A checkpoint was saved. `stored` has the places of all checkpoints that the run has now, oldest first. */
  | { readonly type: 'saved'; readonly place: Place; readonly stored: readonly Place[] }
  /** Checkpoints of a run that is opened, oldest first. */
  | { readonly type: 'checkpoints'; readonly stored: readonly Place[] }
  /** A phase of a GRPO step has ended; the run waits after it. */
  | { readonly type: 'phase'; readonly phase: ShownPhase }
  | { readonly type: 'notice'; readonly notice: RunNotice }
  /** There is storage again. The run goes on, unless the user paused it. */
  | { readonly type: 'room'; readonly playing: boolean }
  | { readonly type: 'failed'; readonly message: string; readonly cause?: NoGpuCause }
  | { readonly type: 'stopped' };

export interface LabCommands {
  adapter(): Promise<AdapterStatus>;
  /** Memory that a run of the recipe takes on that device. Rejects naming what does not fit. */
  estimate(recipe: Recipe, compute: Compute): Promise<MemoryEstimate>;
  /** First setting with which the recipe takes at most that memory; null if no single one suffices. */
  fitting(recipe: Recipe, compute: Compute, bytes: number): Promise<SettingChange | null>;
  /** Error of a custom reward term's text before its function is called, with line and column; null without one. */
  sourceFault(source: string): Promise<string | null>;
  /** Starts a run and ends any other. Its messages go to the port. */
  start(recipe: Recipe, compute: Compute, port: MessagePort): Promise<void>;
  /** Continues a stored run: its events up to the checkpoint come first. Shows it only if another tab writes it. */
  continueRun(name: string, compute: Compute, port: MessagePort): Promise<void>;
  /** Rejects naming each field of the recipe that this fork cannot change. */
  checkFork(fork: AskedFork): Promise<void>;
  /** Trains a fork of a stored run as a new run. */
  fork(fork: AskedFork, compute: Compute, port: MessagePort): Promise<void>;
  /** Sends the events of a stored run and changes nothing. */
  openRun(name: string, port: MessagePort): Promise<void>;
  /** Reads the groups of a step back from the journal of a stored run. Rejects if the step is not there. */
  rolloutsOf(name: string, step: number): Promise<Groups>;
  /** Changes what a person notes about the run that trains here. Rejects if another run does, or a value does not fit. */
  editRun(name: string, edit: MetaEdit): Promise<void>;
  /**
   * Changes the recipe of the run that trains here, before its next step. Resolves with the event of the change; rejects naming
   * each refused field, or if the run stops before that step.
   */
  apply(fields: Fields): Promise<ApplyEvent>;
  /** Pauses at the next step boundary, with a checkpoint. */
  pause(): void;
  resume(): void;
  /** Runs to the next training event, then pauses. */
  step(): void;
  /** Runs to the end of the next phase of a GRPO step, then pauses; in SFT, to the end of the step. */
  stepPhase(): void;
  /** Takes a checkpoint at the next step boundary. */
  checkpoint(): void;
  /** Ends the run after its step, with a checkpoint, and frees its device. */
  stop(): Promise<void>;
}
