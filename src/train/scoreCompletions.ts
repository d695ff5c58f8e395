/** Verdict and reward of a completion. */
import { type Judged, judge } from '../data/judge';
import type { RewardInput } from '../rewards/term';
import { type Reward, type RewardOptions, totalReward } from '../rewards/total';
import type { Problem, Task, Verdict } from '../tasks/task';
import type { ParsedCompletion } from '../text/completion';
import type { Tokenizer } from '../text/tokenizer';
import type { Completion } from './sampling';

/** A completion whose verdict is known. */
export interface JudgedCompletion extends Pick<Verdict, 'correct' | 'partial'> {
  readonly measures?: Verdict['measures'] | undefined;
  readonly ids: ArrayLike<number>;
  readonly ended: boolean;
  readonly text: string;
  readonly parsed: ParsedCompletion;
}

/** Fields of a completion that reward terms read. Tokens serve as the words of the repetition term. */
export function rewardInput(
  { prompt, answer: expected }: Pick<Problem, 'prompt' | 'answer'>,
  { ids, ended, text, parsed, correct, partial, measures = {} }: JudgedCompletion,
  tokenizer: Tokenizer,
  lMax: number,
): RewardInput {
  const { thought, answer, think, thinkFault } = parsed;
  const words = new Array<string>(ids.length);
  for (let i = 0; i < ids.length; i++) words[i] = tokenizer.token(ids[i]!);
  const { length } = ids;
  // no spreads here: a what-if makes hundreds of thousands of these
  return {
    prompt,
    expected,
    text,
    thought,
    answer,
    length,
    lMax,
    correct,
    partial,
    measures,
    ended,
    think,
    thinkFault,
    words,
  };
}

/** Judges a completion against its problem, then adds up the reward terms. */
export function scoreCompletion(
  { task, problem }: { readonly task: Pick<Task, 'verify'>; readonly problem: Problem },
  { ids, ended }: Pick<Completion, 'ids' | 'ended'>,
  tokenizer: Tokenizer,
  options: RewardOptions,
): Reward & { readonly judged: Judged } {
  const judged = judge(task, problem, ids, tokenizer);
  const { text, parsed, verdict } = judged;
  const input = rewardInput(problem, { ...verdict, ids, ended, text, parsed }, tokenizer, options.lMax);
  return { judged, ...totalReward(input, options) };
}
