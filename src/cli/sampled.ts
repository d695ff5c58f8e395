/** Events of sampling as lines of JSON and as text. */
import type { PlayProblem } from '../lab/play/problem';
import type { AttemptsEvent, CompletionEvent, SampleOptions, TokenEvent } from '../lab/play/sample';
import { rolloutVerdict } from '../lab/run/reasons';
import type { Tokenizer } from '../text/tokenizer';
import { percent } from '../units';
import { partsJson, verdictJson } from './scores';

/** Model that an event belongs to, as the user named it. */
export interface Named {
  readonly model: string;
  readonly tokenizer: Tokenizer;
}

export function tokenLine({ model, tokenizer }: Named, token: TokenEvent): string {
  const { sample, index, id, text, forced, logprob, entropy, top } = token;
  const top5 = top.map((one) => ({ id: one.id, text: tokenizer.token(one.id), logprob: one.logprob }));
  return JSON.stringify({ model, sample, index, id, text, logprob, entropy, top5, ...(forced && { forced }) });
}

/** Verdict and reward of a completion for `--json`; nothing without a problem. */
function judgedJson({ verdict, reward }: CompletionEvent, problem: PlayProblem | null) {
  if (!problem || !verdict) return {};
  const parts = reward && { reward: reward.total, parts: partsJson(problem.task, verdict, reward.parts) };
  return { verdict: verdictJson(problem.task, verdict), ...parts };
}

export function completionLine({ model }: Named, event: CompletionEvent, problem: PlayProblem | null): string {
  const { sample, text, ended, ids } = event;
  return JSON.stringify({ model, sample, completion: text, ended, tokens: ids.length, ...judgedJson(event, problem) });
}

const attemptsJson = ({ count, correct, majority, passAtK }: AttemptsEvent) => ({
  ...{ n: count, majority: majority && { answer: majority.answer, votes: majority.votes } },
  ...(correct !== null && { correct, majorityCorrect: majority?.correct ?? false, passAtK }),
});

export const attemptsLine = ({ model }: Named, event: AttemptsEvent): string =>
  JSON.stringify({ model, ...attemptsJson(event) });

/** All completions of a model on one line. */
export function modelLine(
  { model }: Named,
  options: SampleOptions,
  completions: readonly CompletionEvent[],
  attempts: AttemptsEvent,
): string {
  const { prompt, temperature, topK, topP, minP, maxNew, seed, problem = null } = options;
  const rows = completions.map((event) => {
    const { text, ids, logprobs, ended } = event;
    return { text, ids, logprobs: logprobs && [...logprobs], ended, ...judgedJson(event, problem) };
  });
  const sampling = { temperature, topK, topP, minP, maxNew, seed };
  return JSON.stringify({ model, prompt, ...sampling, ...attemptsJson(attempts), completions: rows });
}

/** A completion as text, with verdict and reward if there is a problem. */
export function completionText({ text, verdict, reward }: CompletionEvent, problem: PlayProblem | null): string {
  if (!problem || !verdict) return text;
  const reason = rolloutVerdict({ task: problem.task }, { verdict: verdict.reason });
  const earned = reward ? `; reward ${reward.total.toFixed(3)}` : '';
  return `${text}\n  ${verdict.correct ? 'right' : 'wrong'}: ${reason}${earned}`;
}

/** Vote and pass@k as text; null where one completion needs none. */
export function attemptsText({ count, correct, majority, passAtK }: AttemptsEvent): string | null {
  if (count === 1) return null;
  const vote = majority
    ? `majority ${majority.answer.trim()} with ${majority.votes} of ${count} votes`
    : 'no completion has an answer to vote for';
  if (correct === null || !passAtK) return vote;
  const shares = passAtK.map(({ k, value }) => `pass@${k} ${percent(value)}`);
  return `${correct} of ${count} right; ${vote}; ${shares.join(', ')}`;
}
