/**
 * Supervised fine-tuning on teacher traces: packed sequences, loss on completions only, AdamW, warm-up and cosine, clipping;
 * until the steps are done or the sampled accuracy passes the gate.
 * Departs from the report: unless the source is a mixture, problems are drawn anew every step (the tasks have no end of
 * them), so there are no epochs.
 */
import { drawTrace, type ProblemSource, type TraceShares } from '../data/problems';
import type { Random } from '../random';
import type { Tokenizer } from '../text/tokenizer';
import { learningRate, type Schedule } from './schedule';
import type { Example, SupervisedResult, SupervisedTrainer } from './supervised';

export interface SftOptions {
  /** Sequences a step. */
  readonly sequences: number;
  readonly traces: TraceShares;
  readonly schedule: Schedule;
  /** Steps between two looks at the sampled accuracy; 0 for none. */
  readonly gateEvery: number;
  /** Sampled accuracy that ends the training; 0 for none. */
  readonly gateAccuracy: number;
}

export interface SftStep extends SupervisedResult {
  /** From 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Tokens of all sequences, prompts included. */
  readonly tokens: number;
}

/** Steps whose readback may be under way while the next is prepared. */
export const RUN_AHEAD = 2;

/**
 * @param stream draws the traces' kinds
 * @param sampledAccuracy of the model as it stands, for the gate
 * @param stop begins no further step; those under way are finished and yielded, so that the weights are those of the last one
 */
export async function* sft(
  trainer: SupervisedTrainer,
  source: ProblemSource,
  stream: Random,
  tokenizer: Tokenizer,
  options: SftOptions,
  sampledAccuracy: () => Promise<number>,
  stop?: AbortSignal,
): AsyncGenerator<SftStep> {
  const { sequences, traces, schedule, gateEvery, gateAccuracy } = options;
  const example = (): Example => {
    const { task, problem } = source.draw();
    const prompt = tokenizer.chatPrompt(problem.prompt);
    const completion = tokenizer.completion(drawTrace(task, problem, traces, stream).completion);
    return {
      ids: [...prompt, ...completion],
      mask: [...prompt.map(() => 0), ...completion.map(() => 1)],
    };
  };
  const pending: { step: Omit<SftStep, keyof SupervisedResult>; result: Promise<SupervisedResult> }[] = [];
  const settle = async (most: number): Promise<SftStep[]> => {
    const settled: SftStep[] = [];
    while (pending.length > most) {
      const { step, result } = pending.shift()!;
      settled.push({ ...step, ...(await result) });
    }
    return settled;
  };
  try {
    for (let i = 0; i < schedule.steps && !stop?.aborted; i++) {
      const examples = Array.from({ length: sequences }, example);
      const lr = learningRate(schedule, i);
      const tokens = examples.reduce((sum, { ids }) => sum + ids.length, 0);
      pending.push({ step: { step: i + 1, learningRate: lr, tokens }, result: trainer.step(examples, lr) });
      yield* await settle(RUN_AHEAD);
      if (gateEvery > 0 && gateAccuracy > 0 && !stop?.aborted && (i + 1) % gateEvery === 0) {
        yield* await settle(0);
        if ((await sampledAccuracy()) >= gateAccuracy) return;
      }
    }
    yield* await settle(0);
  } finally {
    // ended from outside: what is still under way must not fail unheard when the device goes
    await Promise.allSettled(pending.map(({ result }) => result));
  }
}
