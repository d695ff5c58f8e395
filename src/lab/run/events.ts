/**
 * Events of a run as it happens. The live screen, a file, a recording and the terminal all read these; nothing else leaves a
 * run. Written as one JSON object a line; numbers of tokens are rounded there, everything else is exact.
 */
import type { Selection } from '../../data/curation/selection';
import type { Accuracy } from '../../eval/accuracy';
import type { Device } from '../../gpu/device';
import { parseJsonLine } from '../../json';
import { quote } from '../../quote';
import type { Reason } from '../../reason';
import type { GrpoStep } from '../../train/grpo';
import type { Metrics } from '../../train/metrics';
import type { GradientCost, StorageCost } from '../../train/storageCost';
import { parseAs } from '../../validation';
import type { Recipe } from '../recipe/recipe';
import type { CheckpointStage } from './checkpoint';
import { eventSchemas } from './eventSchema';
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
  /** Memory that the run will take of the device, estimated before it starts. */
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
  /** Seconds since the step before. */
  readonly step_time: number;
}

export interface GrpoEvent extends GrpoStep {
  readonly type: 'grpo';
  /** Present where training has destroyed the policy. */
  readonly alert?: PolicyAlert;
  readonly step_time: number;
}

/** A task that is evaluated beside the recipe's own. */
export interface TaskEvaluation {
  readonly task: string;
  readonly level: number;
  readonly greedy: Accuracy;
  readonly sampled: Accuracy;
}

export interface EvaluationEvent {
  readonly type: 'evaluation';
  /** After which stage; `base` is the model before any. */
  readonly stage: 'base' | 'sft' | 'grpo';
  /** On the recipe's own task. */
  readonly greedy: Accuracy;
  readonly sampled: Accuracy;
  /** The recipe's `evaluation.others`, where it has any. */
  readonly others?: readonly TaskEvaluation[];
  /** Distance of log-probabilities of held-out traces from those in f32, where weights and activations are f16. */
  readonly storage_logp_difference?: StorageCost;
  /** The same for the gradient. */
  readonly storage_gradient_difference?: GradientCost;
}

/** The problems that GRPO draws from until the next such event, and their selection from the pool. */
export interface CurationEvent {
  readonly type: 'curation';
  /** Steps of GRPO that had been taken. */
  readonly step: number;
  readonly select: Selection;
  /** The band of pass rates. */
  readonly low: number;
  readonly high: number;
  /** `measured`: the model answered the pool. `answered`: the groups of GRPO gave the pass rates. */
  readonly by: 'measured' | 'answered';
  /** k, answers to each problem. */
  readonly samples: number;
  /** Problems drawn; of these left out before anything was measured; and rated. */
  readonly pool: number;
  readonly duplicates: number;
  readonly contaminated: number;
  readonly rated: number;
  /** Rated problems that were answered since the selection before. */
  readonly answered: number;
  /** Problems selected; where that is none, `fallback` names the source that replaces them. */
  readonly kept: number;
  readonly fallback: Reason | null;
  /** Problems rated, by how many of their k answers were right: 0, 1, … k. */
  readonly histogram: readonly number[];
  /** The first that were left out, and why. */
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
  | EndEvent;

/** `summary.json`. */
export interface Summary {
  readonly recipe: string;
  readonly seed: number;
  readonly adapter: string;
  readonly seconds: number;
  /** Memory that the run was expected to take of the device, and its peak. */
  readonly memory: { readonly estimated_bytes: number; readonly peak_bytes: number };
  /** Present where the recipe evaluates the model before training. */
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
  /** On the other tasks that the recipe evaluates, where it names any. */
  readonly others?: readonly (SummaryAccuracy & { readonly task: string; readonly level: number })[];
  readonly storage_logp_difference?: StorageCost;
  /** The same for the gradient. */
  readonly storage_gradient_difference?: GradientCost;
}

const summaryAccuracy = ({ greedy, sampled }: Pick<TaskEvaluation, 'greedy' | 'sampled'>): SummaryAccuracy => ({
  greedy_accuracy: greedy.accuracy,
  sampled_accuracy: sampled.accuracy,
  mean_length: greedy.meanLength,
});

/** An evaluation as the summary keeps it. */
export const stageAccuracy = (event: EvaluationEvent): StageAccuracy => ({
  ...summaryAccuracy(event),
  ...(event.others && {
    others: event.others.map((other) => ({ task: other.task, level: other.level, ...summaryAccuracy(other) })),
  }),
  ...(event.storage_logp_difference && { storage_logp_difference: event.storage_logp_difference }),
  ...(event.storage_gradient_difference && { storage_gradient_difference: event.storage_gradient_difference }),
});

/** With dynamic sampling reward and accuracy are of all groups that were drawn, the others of those that are trained on. */
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

/** Share of the groups whose rewards are all equal, whatever divides the advantages. */
export const groupsWithoutSpread = (metrics: Metrics): number =>
  metrics.frac_groups_zero_std ?? metrics.frac_reward_zero_std ?? 0;

/** Mean reward and accuracy of everything that was drawn: what dynamic sampling set aside counts, though it is not trained on. */
export const ofAllDrawn = (metrics: Metrics): { readonly reward: number; readonly accuracy: number } => ({
  reward: metrics['dynamic_sampling/reward'] ?? metrics.reward!,
  accuracy: metrics['dynamic_sampling/accuracy'] ?? metrics.accuracy!,
});

/** Numbers of groups that `ofAllDrawn` averages and of those with spread; null without dynamic sampling. */
export function groupsDrawn(metrics: Metrics): { readonly drawn: number; readonly kept: number } | null {
  const drawn = metrics['dynamic_sampling/groups_drawn'];
  return drawn === undefined ? null : { drawn, kept: metrics['dynamic_sampling/groups_kept']! };
}

export const curvePoint = ({ step, metrics }: Pick<GrpoStep, 'step' | 'metrics'>): CurvePoint => ({
  step,
  ...ofAllDrawn(metrics),
  mean_length: metrics['completions/mean_length']!,
  clipped_ratio: metrics['completions/clipped_ratio']!,
  kl: metrics.kl!,
  entropy: metrics.entropy!,
  frac_reward_zero_std: metrics.frac_reward_zero_std!,
});

/** Decimals that numbers of single tokens keep in a file. */
const TOKEN_DECIMALS = 1e3;

/** One line of `events.jsonl`. */
export const eventToLine = (event: LabEvent): string =>
  JSON.stringify(event, (_, value: unknown) => {
    if (value instanceof Float32Array) return Array.from(value, (n) => Math.round(n * TOKEN_DECIMALS) / TOKEN_DECIMALS);
    if (value instanceof Uint16Array) return [...value];
    return value;
  });

/**
 * Reads one line of `events.jsonl` for itself; `EventReader` reads a whole run.
 * @throws naming the line, and the field that does not fit
 */
export function eventFromLine(line: string, where: string): LabEvent {
  const event = parseJsonLine(line, where);
  const type = (event as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(eventSchemas, type))
    throw new Error(`${where} has type ${quote(type)}, which is no event`);
  const parsed = parseAs<LabEvent>(eventSchemas[type as LabEvent['type']], event, where);
  // a recipe gets its defaults; all else stays as written, so that metrics keep their order
  return parsed.type === 'start' ? parsed : (event as LabEvent);
}
