/** The reward of a completion: judged against its problem, then every term. */
import { type Judged, judge } from '../data/judge';
import type { TaskProblem } from '../data/problems';
import type { RewardLimits } from '../rewards/term';
import { type Reward, type RewardWeights, totalReward } from '../rewards/total';
import type { Tokenizer } from '../text/tokenizer';
import type { Completion } from './sampling';

export interface RewardingOptions {
  readonly limits: RewardLimits;
  readonly rewardWeights: RewardWeights;
}

/** Repetition counts tokens: with a vocabulary of characters a word is one. */
export function rewardCompletion(
  { task, problem }: TaskProblem,
  { ids, ended }: Completion,
  tokenizer: Tokenizer,
  options: RewardingOptions,
): Reward & { readonly judged: Judged } {
  const judged = judge(task, problem, ids, tokenizer);
  const input = {
    length: ids.length,
    correct: judged.verdict.correct,
    correctReason: judged.verdict.reason,
    ended,
    think: judged.parsed.think,
    thinkFault: judged.parsed.thinkFault,
    words: ids.map((id) => tokenizer.token(id)),
  };
  return { judged, ...totalReward(input, options.limits, options.rewardWeights) };
}
