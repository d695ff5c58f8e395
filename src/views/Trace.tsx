/** One completion as the model wrote it: the think block, the answer, the end. Segments come from token ids. */
import { useMemo, useState } from 'react';
import { toggleThoughts } from '../store/lab';
import { SPECIAL } from '../text/vocabulary';
import { useLab } from './hooks';

type Kind = 'think' | 'answer' | 'tag';
interface Segment {
  readonly kind: Kind;
  readonly text: string;
  readonly tokens: number;
}

/** Runs of tokens of one kind; everything after `<think>` and before `</think>` is thought, closed or not. */
export function segmentsOf(
  ids: ArrayLike<number>,
  vocabulary: readonly string[],
): { segments: Segment[]; open: boolean } {
  const segments: { kind: Kind; text: string; tokens: number }[] = [];
  let thinking = false;
  for (const id of Array.from(ids)) {
    const token = vocabulary[id] ?? '?';
    const tag = (Object.values(SPECIAL) as string[]).includes(token);
    if (token === SPECIAL.thinkEnd) thinking = false;
    const kind = tag ? 'tag' : thinking ? 'think' : 'answer';
    const last = segments.at(-1);
    if (last && last.kind === kind && !tag) {
      last.text += token;
      last.tokens++;
    } else segments.push({ kind, text: token, tokens: 1 });
    if (token === SPECIAL.think) thinking = true;
  }
  return { segments, open: thinking };
}

/** A think block that is folded: its length, and the whole of it where that is pressed. */
function Folded({ text, tokens }: Segment) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'fold' : `${tokens} ${tokens === 1 ? 'token' : 'tokens'} of thought`}
      </button>
      {open && <span className="think">{text}</span>}
    </>
  );
}

interface TraceProps {
  readonly ids: ArrayLike<number>;
  readonly vocabulary: readonly string[];
  readonly ended: boolean;
}

export function Trace({ ids, vocabulary, ended }: TraceProps) {
  const { segments, open } = useMemo(() => segmentsOf(ids, vocabulary), [ids, vocabulary]);
  const folded = useLab((state) => state.thoughts === 'folded');
  return (
    <code className={open ? 'trace open' : 'trace'}>
      {segments.map((segment, i) =>
        folded && segment.kind === 'think' ? (
          <Folded key={i} {...segment} />
        ) : (
          <span key={i} className={segment.kind}>
            {segment.text}
          </span>
        ),
      )}
      {!ended && <span className="cut">cut off</span>}
    </code>
  );
}

/** Folds every think block, or opens them all. */
export function FoldButton() {
  const folded = useLab((state) => state.thoughts === 'folded');
  return (
    <button type="button" className="small" aria-pressed={folded} title="T" onClick={toggleThoughts}>
      Fold thoughts
    </button>
  );
}
