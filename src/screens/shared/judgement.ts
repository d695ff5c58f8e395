/** Verdict on a completion in words. A right answer is no success where the completion is cut off or malformed. */
import { parseCompletion } from '../../text/completion';
import type { Rollout } from '../../train/grpo';

/** `flawed`: the answer is right, the completion is not. */
type Tone = 'right' | 'flawed' | 'wrong';

export interface Judgement {
  readonly tone: Tone;
  readonly words: string;
}

const WITHOUT_FORMAT = 'without format';
const CUT_OFF = 'cut off';

/** Flaws of a completion beside its answer: "cut off", "without format". */
export const flawsOf = ({ text, ended }: Pick<Rollout, 'text' | 'ended'>): string[] => [
  ...(ended ? [] : [CUT_OFF]),
  ...(parseCompletion(text).think === 'ok' ? [] : [WITHOUT_FORMAT]),
];

export function judgementOf(rollout: Pick<Rollout, 'text' | 'ended' | 'correct'>): Judgement {
  if (!rollout.correct) return { tone: 'wrong', words: 'wrong' };
  const flaws = flawsOf(rollout);
  if (flaws.length === 0) return { tone: 'right', words: 'right' };
  return { tone: 'flawed', words: `right, but ${flaws.join(' and ')}` };
}
