/** One completion as the model wrote it: the think block, the answer, the end. Segments come from token ids. */
import { useMemo } from 'react';
import type { StartEvent } from '../lab/events';
import { SPECIAL } from '../text/vocabulary';

type Kind = 'think' | 'answer' | 'tag';
interface Segment {
  readonly kind: Kind;
  readonly text: string;
}

/** Runs of tokens of one kind; everything after `<think>` and before `</think>` is thought, closed or not. */
export function segmentsOf(
  ids: ArrayLike<number>,
  vocabulary: readonly string[],
): { segments: Segment[]; open: boolean } {
  const segments: { kind: Kind; text: string }[] = [];
  let thinking = false;
  for (const id of Array.from(ids)) {
    const token = vocabulary[id] ?? '?';
    const tag = (Object.values(SPECIAL) as string[]).includes(token);
    if (token === SPECIAL.thinkEnd) thinking = false;
    const kind = tag ? 'tag' : thinking ? 'think' : 'answer';
    const last = segments.at(-1);
    if (last && last.kind === kind && !tag) last.text += token;
    else segments.push({ kind, text: token });
    if (token === SPECIAL.think) thinking = true;
  }
  return { segments, open: thinking };
}

export function Trace({ ids, start, ended }: { ids: ArrayLike<number>; start: StartEvent; ended: boolean }) {
  const { segments, open } = useMemo(() => segmentsOf(ids, start.vocabulary), [ids, start]);
  return (
    <code className={open ? 'trace open' : 'trace'}>
      {segments.map(({ kind, text }, i) => (
        <span key={i} className={kind}>
          {text}
        </span>
      ))}
      {!ended && <span className="cut">cut off</span>}
    </code>
  );
}
