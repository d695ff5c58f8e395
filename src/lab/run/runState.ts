/**
 * State of a run beside its tensors, as plain JSON: data cursors, counters, controllers and earlier evaluations. A run that
 * continues from it gives the same numbers, to the bit, as one that never stopped.
 */
import { z } from 'zod';
import { cleaningWords } from '../../data/curation/cleaning';
import { curriculumStateSchema, randomStateSchema, sourceStateSchema } from '../../data/sourceState';
import { parseAs } from '../../validation';
import { curvePointSchema, eventSchemas, fitting } from './eventSchema';
import type { EvaluationEvent } from './events';

const count = z.int().min(0);
const evaluation: z.ZodType<EvaluationEvent> = eventSchemas.evaluation;

/** A pool after cleaning: what its events list, and the curriculum over it. */
const curation = z.strictObject({
  duplicates: count,
  contaminated: count,
  removed: z.array(z.strictObject({ prompt: z.string().min(1), reason: fitting(cleaningWords) })),
  curriculum: curriculumStateSchema,
});
export type CurationState = z.output<typeof curation>;

/** Observations of the alert for a destroyed policy. */
const watch = z.strictObject({
  first: z.strictObject({ first_reward: z.number(), first_entropy: z.number() }).nullable(),
  best: z.number().min(0).max(1),
  inRow: count,
});
export type WatchState = z.output<typeof watch>;

const sft = z.strictObject({
  steps: count,
  final_loss: z.number().nullable(),
  num_tokens: count,
  /** Data cursors; null before the first step and after the stage. */
  problems: sourceStateSchema.nullable(),
  traces: randomStateSchema.nullable(),
});

const grpo = z.strictObject({
  steps: count,
  num_tokens: count,
  /** Entropy controller; its entropy is null before the first update. */
  control: z.strictObject({ gamma: z.number(), entropy: z.number().nullable() }),
  watch,
  curve: z.array(curvePointSchema),
  /** Data cursor; null before the first step, and with curation, which has its own. */
  problems: sourceStateSchema.nullable(),
  curation: curation.nullable(),
});

const runStateSchema = z.strictObject({
  /** Version of the lab that wrote the state. */
  lab: z.string().min(1),
  adapter: z.string().min(1),
  /** Training time so far, s. */
  seconds: z.number().min(0),
  memory: z.strictObject({ estimated_bytes: count, peak_bytes: count }),
  /** Measured kernel variants by key of the tuning cache: other variants round differently. */
  kernels: z.record(z.string(), z.string()),
  evaluations: z.array(evaluation),
  sft,
  /** Null before GRPO. */
  grpo: grpo.nullable(),
  /** Set by `forkCheckpoint`: changed recipe fields, and the fate of the optimizer's state. Null for a plain checkpoint. */
  fork: z.strictObject({ fields: z.array(z.string().min(1)), optimizer: z.enum(['kept', 'fresh', 'none']) }).nullable(),
});

export type RunState = z.output<typeof runStateSchema>;

/** Reads the state of a checkpoint. @throws naming every wrong field */
export const parseRunState = (value: unknown, where: string): RunState => parseAs(runStateSchema, value, where);
