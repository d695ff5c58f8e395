/** Scores of completions as text and as JSON. */

import type { Scored } from '../lab/play/score';
import { partReason, rolloutVerdict, termOf } from '../lab/run/reasons';
import { sentence } from '../reason';
import type { Verdict } from '../tasks/task';
import { thinkWords } from '../text/completion';
import { table } from './evaluation';

const decimals = (value: number): string => String(Number(value.toFixed(4)));

/** Verdict with its reason, as code and as sentence. */
export const verdictJson = (task: string, { correct, partial, reason, measures }: Verdict) => ({
  ...{ correct, partial, reason, text: rolloutVerdict({ task }, { verdict: reason }) },
  ...(measures && { measures }),
});

/** Parts of a reward with their reasons, as codes and as sentences. */
export const partsJson = (task: string, { reason: verdict }: Pick<Verdict, 'reason'>, parts: Scored['parts']) =>
  parts.map((part) => ({ ...part, text: partReason({ task }, { verdict }, part) }));

/** A scored completion for `--json`. */
export function scoredJson(task: string, { ids, ended, judged, total, parts }: Scored) {
  const { text, parsed, verdict } = judged;
  const { think, thinkFault, thought, answer } = parsed;
  return {
    ...{ text, ids, tokens: ids.length, ended, think },
    ...(thinkFault && { thinkFault: sentence(thinkWords, thinkFault) }),
    ...{ thought, answer, verdict: verdictJson(task, verdict), parts: partsJson(task, verdict, parts), total },
  };
}

/** A scored completion as lines of text. */
export function scoredText(task: string, { ids, ended, judged, total, parts }: Scored): string {
  const { verdict, parsed } = judged;
  const tags = parsed.thinkFault ? sentence(thinkWords, parsed.thinkFault) : 'in order';
  const reasons = parts.map((part) => partReason({ task }, { verdict: verdict.reason }, part));
  const rows = parts.map(({ name, weight, value }) => [
    termOf({ name }).title,
    ...[value, weight, weight * value].map(decimals),
  ]);
  const lines = table([['term', 'value', '× weight', '= reward'], ...rows, ['total', '', '', decimals(total)]]).split(
    '\n',
  );
  return [
    `${verdict.correct ? 'right' : 'wrong'}: ${rolloutVerdict({ task }, { verdict: verdict.reason })}`,
    `${ids.length} ${ids.length === 1 ? 'token' : 'tokens'}, ${ended ? 'ended' : 'cut off'}; think tags: ${tags}`,
    ...lines.map((line, i) => (reasons[i - 1] === undefined ? line : `${line}  ${reasons[i - 1]}`)),
  ].join('\n');
}
