/** Verdict, reward and vote of sampled completions: each one, then all attempts at the problem together. */
import { judge } from '../../data/judge';
import { type Majority, majorityOf, passAtK, type SameVote } from '../../eval/attempts';
import { attemptCounts } from '../../eval/report';
import type { Reward, RewardOptions } from '../../rewards/total';
import { isSameAnswer, type Verdict } from '../../tasks/task';
import { parseCompletion } from '../../text/completion';
import type { Tokenizer } from '../../text/tokenizer';
import type { Completion } from '../../train/sampling';
import { scoreCompletion } from '../../train/scoreCompletions';
import type { PlayProblem } from './problem';

export interface JudgedAnswer {
  readonly text: string;
  /** Text after the think block; null where it never closes. */
  readonly answer: string | null;
  /** Null without a problem. */
  readonly verdict: Verdict | null;
  /** Null without a problem or a reward. */
  readonly reward: Reward | null;
}

export function judgeAnswer(
  completion: Pick<Completion, 'ids' | 'ended'>,
  tokenizer: Tokenizer,
  problem: PlayProblem | null,
  reward: RewardOptions | null,
): JudgedAnswer {
  if (!problem) {
    const text = tokenizer.decode(completion.ids);
    return { text, answer: parseCompletion(text).answer, verdict: null, reward: null };
  }
  const asked = { task: problem.judge, problem: problem.problem };
  const scored = reward && scoreCompletion(asked, completion, tokenizer, reward);
  const judged = scored?.judged ?? judge(asked.task, asked.problem, completion.ids, tokenizer);
  return {
    text: judged.text,
    answer: judged.parsed.answer,
    verdict: judged.verdict,
    reward: scored && { total: scored.total, parts: scored.parts },
  };
}

export interface Attempts {
  readonly count: number;
  /** Right attempts; null without a problem. */
  readonly correct: number | null;
  /** Most frequent answer; null if no attempt has an answer. Without a problem its `correct` is false. */
  readonly majority: Majority | null;
  /** Unbiased estimates for k of 1, 2, 4, … and all attempts; null without a problem. */
  readonly passAtK: readonly { readonly k: number; readonly value: number }[] | null;
}

interface Attempt extends JudgedAnswer {
  readonly ids: readonly number[];
  readonly ended: boolean;
}

export function attemptsOf(attempts: readonly Attempt[], problem: PlayProblem | null): Attempts {
  const answered = attempts.map(({ ids, ended, answer, verdict }) => ({
    correct: verdict?.correct ?? false,
    partial: verdict?.partial ?? 0,
    answer: ended ? answer : null,
    ...{ tokens: ids.length, ended },
  }));
  const isSame: SameVote | undefined = problem
    ? (a, b) => isSameAnswer(problem.judge, problem.problem.problem, a, b)
    : undefined;
  const n = attempts.length;
  const correct = answered.filter((one) => one.correct).length;
  return {
    count: n,
    correct: problem && correct,
    majority: majorityOf(answered, isSame),
    passAtK: problem && attemptCounts(n).map((k) => ({ k, value: passAtK(n, correct, k) })),
  };
}
