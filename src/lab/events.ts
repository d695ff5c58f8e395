/**
 * What a run says as it happens. The live screen, a file, a recording and the terminal all read these; nothing else leaves a
 * run. Written as one JSON object a line; numbers of tokens are rounded there, everything else is exact.
 */
import type { Accuracy } from '../eval/accuracy';
import type { Device } from '../gpu/device';
import type { GrpoStep } from '../train/grpo';
import type { Recipe } from './recipe';

export type Stage = 'compile' | 'sft' | 'evaluate' | 'grpo';

export interface StartEvent {
  readonly type: 'start';
  readonly recipe: Recipe;
  /** What computes, in words. */
  readonly adapter: string;
  readonly device: Device['kind'];
  readonly parameters: number;
  /** Token of each id, so that a reader needs nothing else. */
  readonly vocabulary: readonly string[];
  /** What the run will take of the device, as told before it starts. */
  readonly memory: { readonly estimated_bytes: number };
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
}

export interface EndEvent {
  readonly type: 'end';
  readonly summary: Summary;
}

export type LabEvent = StartEvent | StageEvent | SftEvent | GrpoEvent | EvaluationEvent | EndEvent;

/** `summary.json`. */
export interface Summary {
  readonly recipe: string;
  readonly seed: number;
  readonly adapter: string;
  readonly seconds: number;
  /** What the run was expected to take of the device, and the most that it took. */
  readonly memory: { readonly estimated_bytes: number; readonly peak_bytes: number };
  readonly sft: {
    readonly steps: number;
    readonly final_loss: number | null;
    readonly greedy_accuracy: number;
    readonly sampled_accuracy: number;
    /** Of the greedy answers, tokens. */
    readonly mean_length: number;
  };
  readonly grpo: {
    readonly steps: number;
    readonly curve: readonly CurvePoint[];
    readonly greedy_accuracy: number;
    readonly sampled_accuracy: number;
    readonly mean_length: number;
  };
}

export interface CurvePoint {
  readonly step: number;
  readonly reward: number;
  readonly accuracy: number;
  readonly mean_length: number;
  readonly kl: number;
  readonly entropy: number;
  readonly frac_reward_zero_std: number;
}

export const curvePoint = ({ step, metrics }: Pick<GrpoStep, 'step' | 'metrics'>): CurvePoint => ({
  step,
  reward: metrics.reward!,
  accuracy: metrics.accuracy!,
  mean_length: metrics['completions/mean_length']!,
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

const eventTypes: readonly string[] = [
  'start',
  'stage',
  'sft',
  'grpo',
  'evaluation',
  'end',
] satisfies LabEvent['type'][];

/** Reads one line of `events.jsonl`. @throws naming the line where it is no event */
export function eventFromLine(line: string, where: string): LabEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (error) {
    throw new Error(`${where} is not JSON (${(error as Error).message})`);
  }
  const type = (event as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !eventTypes.includes(type))
    throw new Error(`${where} has type ${JSON.stringify(type)}, which is no event`);
  return event as LabEvent;
}
