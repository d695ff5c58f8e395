/** Protocol of the page and the evaluation worker: commands through comlink, progress and results through a plain port. */
import type { PairedComparison } from '../lab/evaluate/compare';
import type { EvaluationChoice, EvaluationHeader, EvaluationPass, Measured } from '../lab/evaluate/evaluate';
import type { ModelRef, PlayMessage } from './playProtocol';

export interface TaskAtLevel {
  readonly task: string;
  readonly level: number;
}

export interface EvaluationRequest extends EvaluationChoice {
  readonly model: ModelRef;
  /** One task, or several for a transfer matrix. */
  readonly tasks: readonly TaskAtLevel[];
}

/** An evaluation of one model on one task. */
export interface EvaluationRow {
  /** Text that names it on this page. */
  readonly id: string;
  /** Stored run and checkpoint of the model; null for another model. */
  readonly of: { readonly run: string; readonly checkpoint: string } | null;
  /** Name of the model where it is of no run. */
  readonly name: string;
  readonly header: EvaluationHeader;
  /** k, finished answers to each problem. */
  readonly samples: number;
  readonly measured: Measured;
  /** Name of its record in the folder of the run; null if it is not stored. */
  readonly file: string | null;
  /** Answers of an evaluation that is not stored; null for a stored one. */
  readonly passes: readonly EvaluationPass[] | null;
}

export type EvaluationMessage =
  | Extract<PlayMessage, { readonly type: 'device' | 'failed' | 'ended' }>
  /** @property index of the task; `answered` of `total` answers are there */
  | { readonly type: 'progress'; readonly index: number; readonly answered: number; readonly total: number }
  /** @property unstored reason why it is not stored; null if it is, or if its model belongs to no run */
  | { readonly type: 'evaluated'; readonly row: EvaluationRow; readonly unstored: string | null };

export interface StoredEvaluations {
  readonly rows: readonly EvaluationRow[];
  /** Damaged records, in words. */
  readonly faults: readonly string[];
}

export interface EvaluationCommands {
  /** Evaluations of all stored runs. */
  list(): Promise<StoredEvaluations>;
  /** Evaluates. Messages go to the port; `failed` or `ended` is the last. */
  evaluate(request: EvaluationRequest, port: MessagePort): Promise<void>;
  /** Compares two evaluations on the same problems. Rejects naming a damaged record. */
  compare(a: EvaluationRow, b: EvaluationRow): Promise<PairedComparison>;
}
