/** Verdict and reward of a completion. */
import { type Judged, judge } from '../data/judge';
import type { TaskProblem } from '../data/problems';
import type { RewardInput } from '../rewards/term';
import { type Reward, type RewardOptions, totalReward } from '../rewards/total';
import type { Tokenizer } from '../text/tokenizer';
import type { Completion } from './sampling';

/** Judges a completion against its problem, then adds up the reward terms. Tokens serve as the words of the repetition term. */
export function scoreCompletion(
  { task, problem }: TaskProblem,
  { ids, ended }: Completion,
  tokenizer: Tokenizer,
  options: RewardOptions,
): Reward & { readonly judged: Judged } {
  const judged = judge(task, problem, ids, tokenizer);
  const { text, parsed, verdict } = judged;
  const input: RewardInput = {
    prompt: problem.prompt,
    expected: problem.answer,
    text,
    thought: parsed.thought,
    answer: parsed.answer,
    length: ids.length,
    lMax: options.lMax,
    correct: verdict.correct,
    partial: verdict.partial,
    measures: verdict.measures ?? {},
    ended,
    think: parsed.think,
    thinkFault: parsed.thinkFault,
    words: ids.map((id) => tokenizer.token(id)),
  };
  return { judged, ...totalReward(input, options) };
}
