/** Accuracy of a model on problems it has not seen: one completion each, greedy or sampled. */
import { judge } from '../data/judge';
import { mean } from '../stats';
import type { Problem, Task } from '../tasks/task';
import type { Tokenizer } from '../text/tokenizer';

/** Completions of prompts, in order; `sequence` names each one's random numbers. */
export type Generate = (
  requests: readonly { prompt: readonly number[]; sequence: number }[],
  options: { temperature: number; seed: number },
) => Promise<readonly { ids: readonly number[]; ended: boolean }[]>;

export interface Accuracy {
  /** Share of right answers, in [0, 1]. */
  readonly accuracy: number;
  /** Mean length of the completions in tokens, end token included. */
  readonly meanLength: number;
  /** Share of completions cut off at the budget. */
  readonly truncated: number;
}

/** @param temperature 0 for greedy */
export async function measureAccuracy(
  generate: Generate,
  task: Task,
  tokenizer: Tokenizer,
  problems: readonly Problem[],
  { temperature, seed }: { temperature: number; seed: number },
): Promise<Accuracy> {
  const requests = problems.map(({ prompt }, sequence) => ({ prompt: tokenizer.chatPrompt(prompt), sequence }));
  const completions = await generate(requests, { temperature, seed });
  const correct = completions.map(({ ids }, i) => judge(task, problems[i]!, ids, tokenizer).verdict.correct);
  return {
    accuracy: mean(correct.map((right) => (right ? 1 : 0))),
    meanLength: mean(completions.map(({ ids }) => ids.length)),
    truncated: mean(completions.map(({ ended }) => (ended ? 0 : 1))),
  };
}
