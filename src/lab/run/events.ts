/**
 * Events of a run. The live screen, a file, a recording and the terminal all read them; nothing else leaves a run. A file has one
 * JSON object per line, with exact numbers.
 */
import type { Selection } from '../../data/curation/selection';
import type { Accuracy } from '../../eval/accuracy';
import type { Device } from '../../gpu/device';
import { parseJsonLine } from '../../json';
import { quote } from '../../quote';
import type { Reason } from '../../reason';
import { numbersAt, numbersToText } from '../../runs/numbers';
import { unseal } from '../../runs/seal';
import type { GrpoStep } from '../../train/grpo';
import type { GradientCost, StorageCost } from '../../train/storageCost';
import { parseAs } from '../../validation';
import type { Recipe } from '../recipe/recipe';
import type { CheckpointStage } from './checkpoint';
import { eventSchemas } from './eventSchema';
import { meansOfAllGroups } from './groupMetrics';
import type { PolicyAlert } from './policyAlert';

export type Stage = 'compile' | 'sft' | 'evaluate' | 'curate' | 'grpo';

export interface StartEvent {
  readonly type: 'start';
  readonly recipe: Recipe;
  /** Name of the device. */
  readonly adapter: string;
  readonly device: Device['kind'];
  readonly parameters: number;
  /** Token of each id, so that a reader needs nothing else. */
  readonly vocabulary: readonly string[];
  /** Device memory that the run needs, estimated before it starts. */
  readonly memory: { readonly estimated_bytes: number };
}

/**
 * Continuation from a checkpoint. Without this event, the lines up to the checkpoint and those of the continuation are the events
 * of a run that never stopped, except `step_time`, `seconds`, `peak_bytes`. So a journal keeps the lines up to the checkpoint,
 * drops later ones, and appends. A fork starts a journal: `start` with its own recipe, then this event.
 */
export interface ResumeEvent {
  readonly type: 'resume';
  readonly stage: CheckpointStage;
  /** Steps of the stage before the continuation. */
  readonly step: number;
  readonly adapter: string;
  readonly device: Device['kind'];
  /** Present at the start of a fork. */
  readonly fork?: {
    /** Changed fields of the recipe, by path. */
    readonly fields: readonly string[];
    /** State of the optimizer: kept, fresh because the recipe changes the optimizer, or none before a stage. */
    readonly optimizer: 'kept' | 'fresh' | 'none';
    /** Parent run up to the checkpoint, as the summary of the fork counts it. */
    readonly before: {
      readonly sft: Pick<Summary['sft'], 'steps' | 'final_loss'> & { readonly num_tokens: number };
      readonly grpo: { readonly num_tokens: number; readonly curve: readonly CurvePoint[] };
      readonly evaluations: readonly EvaluationEvent[];
    };
  };
}

/** Change of the recipe of a running run, between two steps. Later events follow the changed recipe. */
export interface ApplyEvent {
  readonly type: 'apply';
  readonly stage: CheckpointStage;
  /** Steps of the stage before the change. */
  readonly step: number;
  /** Changed fields by path, with the values before and after. */
  readonly fields: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;
}

export interface StageEvent {
  readonly type: 'stage';
  readonly stage: Stage;
}

export interface SftEvent {
  readonly type: 'sft';
  readonly step: number;
  readonly loss: number;
  readonly grad_norm: number;
  readonly learning_rate: number;
  readonly num_tokens: number;
  /** Duration of the step, s. */
  readonly step_time: number;
}

export interface GrpoEvent extends GrpoStep {
  readonly type: 'grpo';
  /** Present if training has destroyed the policy. */
  readonly alert?: PolicyAlert;
  readonly step_time: number;
}

/** Accuracy on a further evaluated task. */
export interface TaskEvaluation {
  readonly task: string;
  readonly level: number;
  readonly greedy: Accuracy;
  readonly sampled: Accuracy;
}

export interface EvaluationEvent {
  readonly type: 'evaluation';
  /** Stage before the evaluation; `base` is the model before training. */
  readonly stage: 'base' | 'sft' | 'grpo';
  /** Accuracy on the recipe's own task. */
  readonly greedy: Accuracy;
  readonly sampled: Accuracy;
  /** Accuracy on the recipe's `evaluation.others`, if it has any. */
  readonly others?: readonly TaskEvaluation[];
  /** Change of the log-probabilities of held-out traces by f16, if the run uses it. */
  readonly storage_logp_difference?: StorageCost;
  /** Change of the gradient by f16. */
  readonly storage_gradient_difference?: GradientCost;
}

/** Selection of the problems that GRPO draws from until the next such event. */
export interface CurationEvent {
  readonly type: 'curation';
  /** GRPO steps before the selection. */
  readonly step: number;
  readonly select: Selection;
  /** The band of pass rates. */
  readonly low: number;
  readonly high: number;
  /** `measured`: the model answered the pool. `answered`: the groups of GRPO gave the pass rates. */
  readonly by: 'measured' | 'answered';
  /** k, answers to each problem. */
  readonly samples: number;
  /** Number of problems drawn, removed before rating, and rated. */
  readonly pool: number;
  readonly duplicates: number;
  readonly contaminated: number;
  readonly rated: number;
  /** Rated problems that were answered since the last selection. */
  readonly answered: number;
  /** Number of selected problems; if 0, `fallback` names the source that replaces them. */
  readonly kept: number;
  readonly fallback: Reason | null;
  /** Number of rated problems with 0, 1, … k right answers. */
  readonly histogram: readonly number[];
  /** First removed problems, with reasons. */
  readonly removed: readonly { readonly prompt: string; readonly reason: Reason }[];
}

export interface EndEvent {
  readonly type: 'end';
  readonly summary: Summary;
}

export type LabEvent =
  | StartEvent
  | ResumeEvent
  | StageEvent
  | SftEvent
  | GrpoEvent
  | EvaluationEvent
  | CurationEvent
  | ApplyEvent
  | EndEvent;

/** `summary.json`. */
export interface Summary {
  readonly recipe: string;
  readonly seed: number;
  readonly adapter: string;
  readonly seconds: number;
  /** Device memory: the estimate and the peak. */
  readonly memory: { readonly estimated_bytes: number; readonly peak_bytes: number };
  /** Present if the recipe evaluates the model before training. */
  readonly base?: StageAccuracy;
  readonly sft: StageAccuracy & { readonly steps: number; readonly final_loss: number | null };
  readonly grpo: StageAccuracy & { readonly steps: number; readonly curve: readonly CurvePoint[] };
}

interface SummaryAccuracy {
  readonly greedy_accuracy: number;
  readonly sampled_accuracy: number;
  /** Mean length of the greedy answers, tokens. */
  readonly mean_length: number;
}

/** Accuracy after a stage. */
export interface StageAccuracy extends SummaryAccuracy {
  /** Accuracy on the recipe's `evaluation.others`, if it has any. */
  readonly others?: readonly (SummaryAccuracy & { readonly task: string; readonly level: number })[];
  readonly storage_logp_difference?: StorageCost;
  /** Change of the gradient by f16. */
  readonly storage_gradient_difference?: GradientCost;
}

const summaryAccuracy = ({ greedy, sampled }: Pick<TaskEvaluation, 'greedy' | 'sampled'>): SummaryAccuracy => ({
  greedy_accuracy: greedy.accuracy,
  sampled_accuracy: sampled.accuracy,
  mean_length: greedy.meanLength,
});

/** Accuracy of an evaluation, as the summary keeps it. */
export const stageAccuracy = (event: EvaluationEvent): StageAccuracy => ({
  ...summaryAccuracy(event),
  ...(event.others && {
    others: event.others.map((other) => ({ task: other.task, level: other.level, ...summaryAccuracy(other) })),
  }),
  ...(event.storage_logp_difference && { storage_logp_difference: event.storage_logp_difference }),
  ...(event.storage_gradient_difference && { storage_gradient_difference: event.storage_gradient_difference }),
});

/** Metrics of a step. With dynamic sampling, reward and accuracy count all drawn groups, the others only the trained ones. */
export interface CurvePoint {
  readonly step: number;
  readonly reward: number;
  readonly accuracy: number;
  readonly mean_length: number;
  /** Share of the completions cut off at the budget. */
  readonly clipped_ratio: number;
  readonly kl: number;
  readonly entropy: number;
  readonly frac_reward_zero_std: number;
}

export const curvePoint = ({ step, metrics }: Pick<GrpoStep, 'step' | 'metrics'>): CurvePoint => ({
  step,
  ...meansOfAllGroups(metrics),
  mean_length: metrics['completions/mean_length']!,
  clipped_ratio: metrics['completions/clipped_ratio']!,
  kl: metrics.kl!,
  entropy: metrics.entropy!,
  frac_reward_zero_std: metrics.frac_reward_zero_std!,
});

/** One line of `events.jsonl`: JSON in which typed arrays keep each bit. @throws for a number that is not finite */
export const eventToLine = (event: LabEvent): string => numbersToText(event);

/** JSON of the event of a line, which a journal seals. @throws naming the line if its checksum differs */
function unsealed(line: string, where: string): string {
  if (!line.startsWith('{"n":')) return line;
  const found = unseal(new TextEncoder().encode(line), 'event');
  if (!found) throw new Error(`${where} is damaged: its checksum differs`);
  return found.text;
}

/**
 * Reads one line of `events.jsonl`, sealed or not; `EventReader` reads a whole run.
 * @throws naming the line and the wrong field
 */
export function eventFromLine(line: string, where: string): LabEvent {
  const json = parseJsonLine(unsealed(line, where), where);
  const type = (json as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(eventSchemas, type))
    throw new Error(`${where} has type ${quote(type)}, which is no event`);
  const event = numbersAt(json, where);
  const parsed = parseAs<LabEvent>(eventSchemas[type as LabEvent['type']], event, where);
  // a recipe gets its defaults; all else stays as written, so that metrics keep their order
  return parsed.type === 'start' ? parsed : (event as LabEvent);
}
