/**
 * Supervised fine-tuning on teacher traces: packed sequences, loss on completions only, AdamW, warm-up and cosine, clipping.
 * It ends after the last step, or when the sampled accuracy reaches the gate.
 * Differs from the report: unless the source is a mixture, every step draws new problems, so there are no epochs.
 */
import type { ProblemSource } from '../data/problems';
import type { Random } from '../random';
import type { Tokenizer } from '../text/tokenizer';
import { assertFiniteStep } from './nonFiniteError';
import { learningRate, type Schedule } from './schedule';
import { type SftBatchOptions, sftBatch } from './sftBatch';
import type { Example, SupervisedResult, SupervisedTrainer } from './supervised';

export interface SftOptions extends SftBatchOptions {
  readonly schedule: Schedule;
  /** Steps between two measurements of the sampled accuracy; 0 for none. */
  readonly gateEvery: number;
  /** Sampled accuracy that ends SFT; 0 for none. */
  readonly gateAccuracy: number;
}

export interface SftStep extends SupervisedResult {
  /** From 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Tokens of all sequences, prompts included. */
  readonly tokens: number;
}

/** Continuation after some steps, and boundaries at which nothing is pending. */
export interface SftBoundaries {
  /** Steps that the weights, the optimizer and the data cursors have behind them. */
  readonly taken: number;
  /** True if `reached` is due after this step. */
  due(step: number): boolean;
  /** Runs after the step's event was read, while no step is pending: cursors and weights are those of the step. */
  reached(step: number): Promise<void>;
}

const FROM_START: SftBoundaries = { taken: 0, due: () => false, reached: async () => {} };

/** Maximum number of steps with pending readbacks while the host prepares the next. */
export const RUN_AHEAD = 2;

/**
 * Trains, and yields each step.
 * @throws NonFiniteError if a loss or a gradient is not finite; the weights are those before it
 * @param stream random stream for the kinds of traces
 * @param sampledAccuracy measures the current model, for the gate
 * @param stop starts no further step. Finishes and yields the pending ones, so that the weights are those of the last step
 * @param boundaries continues after steps that were taken, and offers drained boundaries
 */
export async function* sft(
  trainer: SupervisedTrainer,
  source: ProblemSource,
  stream: Random,
  tokenizer: Tokenizer,
  options: SftOptions,
  sampledAccuracy: () => Promise<number>,
  stop?: AbortSignal,
  boundaries: SftBoundaries = FROM_START,
): AsyncGenerator<SftStep> {
  const { schedule, gateEvery, gateAccuracy } = options;
  const pending: {
    readonly step: Omit<SftStep, keyof SupervisedResult>;
    readonly examples: readonly Example[];
    readonly result: Promise<SupervisedResult>;
  }[] = [];
  const settle = async (most: number): Promise<SftStep[]> => {
    const settled: SftStep[] = [];
    while (pending.length > most) {
      const { step, examples, result } = pending.shift()!;
      const { loss, gradNorm } = await result;
      await assertFiniteStep({ loss, grad_norm: gradNorm }, () => trainer.firstNonFinite(examples));
      settled.push({ ...step, loss, gradNorm });
    }
    return settled;
  };
  const gateDue = (step: number) => gateEvery > 0 && gateAccuracy > 0 && step % gateEvery === 0;
  const { taken } = boundaries;
  // a checkpoint may come before the gate of its step
  if (taken > 0 && gateDue(taken) && (await sampledAccuracy()) >= gateAccuracy) return;
  try {
    for (let i = taken; i < schedule.steps && !stop?.aborted; i++) {
      const step = i + 1;
      const examples = sftBatch(source, stream, tokenizer, options);
      const lr = learningRate(schedule, i);
      const tokens = examples.reduce((sum, { ids }) => sum + ids.length, 0);
      const result = trainer.step(examples, lr);
      result.catch(() => {}); // a lost device may fail a later step before an earlier one, which is awaited first
      pending.push({ step: { step, learningRate: lr, tokens }, examples, result });
      yield* await settle(RUN_AHEAD);
      if (stop?.aborted) break;
      const due = step < schedule.steps && boundaries.due(step);
      if (due || gateDue(step)) yield* await settle(0);
      if (gateDue(step) && !stop?.aborted && (await sampledAccuracy()) >= gateAccuracy) return;
      if (due && !stop?.aborted) await boundaries.reached(step);
    }
    yield* await settle(0);
  } finally {
    // the caller may return early: wait for pending steps, so that none fails unhandled after the device is destroyed
    await Promise.allSettled(pending.map(({ result }) => result));
  }
}
