/** Verdict on a completion and the state of its format, in words. */
import { sentence } from '../../reason';
import { parseCompletion, thinkWords } from '../../text/completion';
import type { Rollout } from '../../train/grpo';

const WITHOUT_FORMAT = 'without format';
const CUT_OFF = 'cut off';

type Written = Pick<Rollout, 'text' | 'ended'>;

/** Flaws of a completion beside its answer: "cut off", "without format". */
export const flawsOf = ({ text, ended }: Written): string[] => [
  ...(ended ? [] : [CUT_OFF]),
  ...(parseCompletion(text).think === 'ok' ? [] : [WITHOUT_FORMAT]),
];

export interface Format {
  readonly ok: boolean;
  /** "format ok", or each fault: "cut off; </think> is missing". */
  readonly words: string;
}

export function formatOf({ text, ended }: Written): Format {
  const { thinkFault } = parseCompletion(text);
  const faults = [...(ended ? [] : [CUT_OFF]), ...(thinkFault ? [sentence(thinkWords, thinkFault)] : [])];
  return { ok: faults.length === 0, words: faults.join('; ') || 'format ok' };
}
