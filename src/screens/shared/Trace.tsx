/** One completion as the model wrote it: the think block, the answer, the end. Segments come from token ids. */
import { type ReactNode, useMemo, useState } from 'react';
import { toggleThoughts } from '../../store/lab';
import { classes } from './classes';
import { useLab } from './hooks';
import { type Segment, segmentsOf } from './segments';
import styles from './Trace.module.css';
import { tip } from './tip';

function Text({ kind, text }: Pick<Segment, 'kind' | 'text'>) {
  return (
    <span className={styles[kind]} data-segment={kind}>
      {text}
    </span>
  );
}

/** Collapsed think block: its length in tokens. Pressing it shows the text. */
export function Collapsed({ tokens, children }: { readonly tokens: number; readonly children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={styles.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Collapse' : `${tokens} thinking ${tokens === 1 ? 'token' : 'tokens'}`}
      </button>
      {open && children}
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
        folded && segment.kind === 'think' ? (
          <Collapsed key={i} tokens={segment.tokens}>
            <Text {...segment} />
          </Collapsed>
        ) : (
          <Text key={i} {...segment} />
        ),
      )}
      {!ended && <span className={styles.cut}>cut off</span>}
    </code>
  );
}

/** Collapses every think block, or opens them all. */
export function CollapseButton() {
  const folded = useLab((state) => state.thoughts === 'folded');
  return (
    <button type="button" className={styles.toggle} aria-pressed={folded} {...tip('Key T')} onClick={toggleThoughts}>
      Collapse thinking
    </button>
  );
}
