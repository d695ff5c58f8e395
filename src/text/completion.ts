/** Parts of a completion: its think block, its answer, and the state of its tags and its end. */
import type { ReasonOf, Words } from '../reason';
import { SPECIAL } from './vocabulary';

/** The state of the think tags; where several faults apply, the first of missing, repeated, order. */
export type ThinkState = 'ok' | 'missing' | 'repeated' | 'order';

export const thinkWords = {
  missing: '{tag} is missing',
  repeated: '{tag} occurs {times} times',
  order: '{tag} comes before {other}',
} as const satisfies Words;
/** Fault of the think tags; its code is the think state. */
export type ThinkFault = ReasonOf<typeof thinkWords>;

export interface ParsedCompletion {
  readonly think: ThinkState;
  /** The missing, repeated or misplaced tag; null where the tags are in order. */
  readonly thinkFault: ThinkFault | null;
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
  const { think, thinkEnd } = SPECIAL;
  const fault = (thinkFault: ThinkFault): ParsedCompletion => ({
    think: thinkFault.code,
    thinkFault,
    ended,
    thought: null,
    answer: after,
  });
  if (opens === 0) return fault({ code: 'missing', values: { tag: think } });
  if (closes === 0) return fault({ code: 'missing', values: { tag: thinkEnd } });
  if (opens > 1) return fault({ code: 'repeated', values: { tag: think, times: opens } });
  if (closes > 1) return fault({ code: 'repeated', values: { tag: thinkEnd, times: closes } });
  if (close < open) return fault({ code: 'order', values: { tag: thinkEnd, other: think } });
  return {
    think: 'ok',
    thinkFault: null,
    ended,
    thought: body.slice(open + SPECIAL.think.length, close),
    answer: after,
  };
}
