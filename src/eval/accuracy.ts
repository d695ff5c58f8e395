/** Answers of a model to held-out problems, one completion each, greedy or sampled; and their accuracy. */
import { judge } from '../data/judge';
import { mean } from '../stats';
import type { Problem, Task } from '../tasks/task';
import type { Tokenizer } from '../text/tokenizer';

/** Generates completions of prompts, in order; `sequence` selects the random numbers of each. */
export type Generate = (
  requests: readonly { prompt: readonly number[]; sequence: number }[],
  options: { temperature: number; seed: number },
) => Promise<readonly { ids: readonly number[]; ended: boolean }[]>;

/** Result of one completion. */
export interface Answered {
  readonly correct: boolean;
  /** Partial credit of the answer by the task, in [0, 1]. */
  readonly partial: number;
  /** Text after the think block; null if there is none, or if it was cut off. */
  readonly answer: string | null;
  /** Length, end token included. */
  readonly tokens: number;
  /** True if the completion ended within the token budget. */
  readonly ended: boolean;
}

export interface Accuracy {
  /** Problems answered: a small level has fewer than were asked for. */
  readonly problems: number;
  /** Share of right answers, in [0, 1]. */
  readonly accuracy: number;
  /** Mean share of the answers that is right, in [0, 1]. */
  readonly partial: number;
  /** Mean length of the completions in tokens, end token included. */
  readonly meanLength: number;
  /** Share of completions cut off at the budget. */
  readonly truncated: number;
}

/** Answers every problem once. @param temperature 0 for greedy */
export async function answerProblems(
  generate: Generate,
  task: Task,
  tokenizer: Tokenizer,
  problems: readonly Problem[],
  { temperature, seed }: { temperature: number; seed: number },
): Promise<Answered[]> {
  const requests = problems.map(({ prompt }, sequence) => ({ prompt: tokenizer.chatPrompt(prompt), sequence }));
  const completions = await generate(requests, { temperature, seed });
  return completions.map(({ ids, ended }, i) => {
    const { verdict, parsed } = judge(task, problems[i]!, ids, tokenizer);
    const { correct, partial } = verdict;
    return { correct, partial, answer: ended ? parsed.answer : null, tokens: ids.length, ended };
  });
}

export const accuracyOf = (answers: readonly Answered[]): Accuracy => ({
  problems: answers.length,
  accuracy: mean(answers.map(({ correct }) => (correct ? 1 : 0))),
  partial: mean(answers.map(({ partial }) => partial)),
  meanLength: mean(answers.map(({ tokens }) => tokens)),
  truncated: mean(answers.map(({ ended }) => (ended ? 0 : 1))),
});

/** Accuracy of one run over the problems. @param temperature 0 for greedy */
export const measureAccuracy = async (...asked: Parameters<typeof answerProblems>): Promise<Accuracy> =>
  accuracyOf(await answerProblems(...asked));
