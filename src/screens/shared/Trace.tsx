/** One completion as the model wrote it: the think block, the answer, the end. Segments come from token ids. */
import { useMemo, useState } from 'react';
import { toggleThoughts } from '../../store/lab';
import { SPECIAL } from '../../text/vocabulary';
import { classes } from './classes';
import { useLab } from './hooks';
import styles from './Trace.module.css';

type Kind = 'think' | 'answer' | 'tag';
interface Segment {
  readonly kind: Kind;
  readonly text: string;
  readonly tokens: number;
}

/** Runs of tokens of one kind. Everything between `<think>` and `</think>`, closed or not, is thought. */
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

function Text({ kind, text }: Pick<Segment, 'kind' | 'text'>) {
  return (
    <span className={styles[kind]} data-segment={kind}>
      {text}
    </span>
  );
}

/** Collapsed think block: its length in tokens. Pressing it shows the text. */
function Collapsed({ kind, text, tokens }: Segment) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={styles.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Collapse' : `${tokens} thinking ${tokens === 1 ? 'token' : 'tokens'}`}
      </button>
      {open && <Text kind={kind} text={text} />}
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
    <code className={classes(styles.trace, open && styles.open)}>
      {segments.map((segment, i) =>
        folded && segment.kind === 'think' ? <Collapsed key={i} {...segment} /> : <Text key={i} {...segment} />,
      )}
      {!ended && <span className={styles.cut}>cut off</span>}
    </code>
  );
}

/** Collapses every think block, or opens them all. */
export function CollapseButton() {
  const folded = useLab((state) => state.thoughts === 'folded');
  return (
    <button type="button" className={styles.toggle} aria-pressed={folded} title="T" onClick={toggleThoughts}>
      Collapse thinking
    </button>
  );
}
