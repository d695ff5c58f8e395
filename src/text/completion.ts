/** What a completion consists of: its think block, its answer, and whether its tags and its end are in order. */
import { SPECIAL } from './vocabulary';

/** The state of the think tags; where several faults apply, the first of missing, repeated, order. */
export type ThinkState = 'ok' | 'missing' | 'repeated' | 'order';

export interface ParsedCompletion {
  readonly think: ThinkState;
  /** What the missing, repeated or misplaced tag is, in words; empty where all is well. */
  readonly thinkFault: string;
  readonly ended: boolean;
  /** Text between the tags; null where they are not in order. */
  readonly thought: string | null;
  /** Text after the last `</think>`; all text where there is no tag; null where a think block never closes. */
  readonly answer: string | null;
}

const count = (text: string, part: string) => text.split(part).length - 1;

/** @param text a completion with its special tokens written out */
export function parseCompletion(text: string): ParsedCompletion {
  const end = text.indexOf(SPECIAL.end);
  const ended = end >= 0;
  const body = ended ? text.slice(0, end) : text;
  const opens = count(body, SPECIAL.think);
  const closes = count(body, SPECIAL.thinkEnd);
  const open = body.indexOf(SPECIAL.think);
  const close = body.lastIndexOf(SPECIAL.thinkEnd);
  const after = close >= 0 ? body.slice(close + SPECIAL.thinkEnd.length) : opens > 0 ? null : body;
  const fault = (think: ThinkState, thinkFault: string): ParsedCompletion => ({
    think,
    thinkFault,
    ended,
    thought: null,
    answer: after,
  });
  if (opens === 0) return fault('missing', `${SPECIAL.think} is missing`);
  if (closes === 0) return fault('missing', `${SPECIAL.thinkEnd} is missing`);
  if (opens > 1) return fault('repeated', `${SPECIAL.think} stands ${opens} times`);
  if (closes > 1) return fault('repeated', `${SPECIAL.thinkEnd} stands ${closes} times`);
  if (close < open) return fault('order', `${SPECIAL.thinkEnd} stands before ${SPECIAL.think}`);
  return {
    think: 'ok',
    thinkFault: '',
    ended,
    thought: body.slice(open + SPECIAL.think.length, close),
    answer: after,
  };
}
