/** Batches of SFT: problems of a source with teacher traces, drawn in order from seeded streams. */
import { drawTrace, type ProblemSource, type TraceShares } from '../data/problems';
import type { Random } from '../random';
import type { Tokenizer } from '../text/tokenizer';
import type { Example } from './supervised';

export interface SftExample extends Example {
  /** Text of the problem and of its trace, without special tokens of the chat. */
  readonly prompt: string;
  readonly completion: string;
}

export interface SftBatchOptions {
  /** Sequences per step. */
  readonly sequences: number;
  readonly traces: TraceShares;
}

/**
 * Draws the batch of the next step. The same source and stream give the same batches in the same order.
 * @param stream random stream for the kinds of traces
 */
export const sftBatch = (
  source: ProblemSource,
  stream: Random,
  tokenizer: Tokenizer,
  { sequences, traces }: SftBatchOptions,
): SftExample[] =>
  Array.from({ length: sequences }, () => {
    const { task, problem } = source.draw();
    const prompt = tokenizer.chatPrompt(problem.prompt);
    const trace = drawTrace(task, problem, traces, stream);
    const completion = tokenizer.completion(trace.completion);
    return {
      prompt: problem.prompt,
      completion: trace.completion,
      ids: [...prompt, ...completion],
      mask: [...prompt.map(() => 0), ...completion.map(() => 1)],
    };
  });
