/** Protocol of the page and the play worker: commands through comlink, sampled tokens in batches through a plain port. */
import type { NoGpuCause } from '../gpu/browser';
import type { AttemptsEvent, CompletionEvent } from '../lab/play/sample';
import type { Recipe } from '../lab/recipe/recipe';

/** Model of one column. */
export type ModelRef =
  /** A checkpoint of a stored run, or `base`: its weights before training. */
  | { readonly kind: 'run'; readonly run: string; readonly checkpoint: string }
  /** The weights from which a run of the recipe starts. */
  | { readonly kind: 'untrained'; readonly recipe: Recipe }
  /** A model folder that the user chose. Files stay on disk: the page may send them again and again. */
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly File[] };

/** Problem as plain data. Without `problem` the answer has to match as text. */
export interface AskedProblem {
  readonly task?: string;
  readonly prompt: string;
  readonly answer: string;
  readonly problem?: unknown;
}

export interface PlayRequest {
  readonly models: readonly ModelRef[];
  readonly prompt: string;
  /** Problem that judges the completions; null for a prompt without an answer. */
  readonly problem: AskedProblem | null;
  /** Recipe whose reward scores them where no model names one. */
  readonly recipe: Recipe | null;
  /** Tokens that each completion begins with. */
  readonly prefix: readonly number[];
  /** Index of the first completion. */
  readonly first: number;
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  /** Most new tokens; null for all the room in the contexts of the models. */
  readonly maxNew: number | null;
}

/** New tokens of a completion, with their numbers, [T]; the five likeliest of each, [T, 5]. */
export interface PlayedTokens {
  readonly type: 'tokens';
  readonly column: number;
  readonly sample: number;
  /** Position of the first token. */
  readonly at: number;
  readonly ids: Uint32Array;
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  readonly topIds: Uint32Array;
  readonly topLogprobs: Float32Array;
  /** Likeliest tokens of each; smaller vocabularies have fewer than five. */
  readonly top: number;
}

export type PlayMessage =
  /** Device that samples. `missing` says why it is not WebGPU. */
  | {
      readonly type: 'device';
      readonly kind: 'webgpu' | 'cpu';
      readonly name: string;
      readonly missing: { readonly cause: NoGpuCause; readonly message: string } | null;
    }
  /** All models are on the device. */
  | {
      readonly type: 'opened';
      readonly maxNew: number;
      /** Vocabulary and end tokens of each column. */
      readonly columns: readonly { readonly vocabulary: readonly string[]; readonly ends: readonly number[] }[];
    }
  | PlayedTokens
  | CompletionEvent
  | AttemptsEvent
  /** Tokens sampled so far, and the time since the models were opened, s. */
  | { readonly type: 'pace'; readonly tokens: number; readonly seconds: number }
  /** @property cause `lost`: the device was lost; the next sample opens one again */
  | { readonly type: 'failed'; readonly message: string; readonly cause: 'lost' | null }
  | { readonly type: 'ended' };

export interface PlayCheckpoint {
  readonly name: string;
  readonly stage: string;
  readonly step: number;
  readonly isStageEnd: boolean;
  readonly accuracy: number | null;
}

export interface RunModels {
  readonly run: string;
  /** Null if it is lost; then there are no weights before training. */
  readonly recipe: Recipe | null;
  /** Newest first. */
  readonly checkpoints: readonly PlayCheckpoint[];
  /** Damaged checkpoints, in words. */
  readonly faults: readonly string[];
}

export interface OpenedFolder {
  readonly name: string;
  readonly vocabulary: readonly string[];
  /** Recipe of its training; null if the folder has none. */
  readonly recipe: Recipe | null;
}

export interface PlayCommands {
  /** Models of a stored run. Rejects if there is no such run. */
  models(run: string): Promise<RunModels>;
  /** Checks a chosen model folder. Rejects naming the file and its fault. */
  openFolder(name: string, files: readonly File[]): Promise<OpenedFolder>;
  /** Samples, and ends any earlier sampling. Batches of messages go to the port; `failed` or `ended` is the last. */
  sample(request: PlayRequest, port: MessagePort): Promise<void>;
  /** Ends the sampling after its readback. */
  stop(): Promise<void>;
}
