/**
 * Completion as selectable tokens: thinking with a tint and a left rule, then the answer. Tokens of one colour are one span, so
 * that long traces stay light. Arrow keys move between tokens.
 */
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef } from 'react';
import { classes } from './classes';
import { type Segment, segmentsOf } from './segments';
import styles from './TokenText.module.css';
import { Collapsed } from './Trace';

/** Tokens with one background. */
interface Run {
  readonly first: number;
  readonly tokens: number;
  readonly color: string | null;
}

/** Use it with a `key` of the completion: a new completion is a new text. */
interface TokenTextProps {
  readonly ids: ArrayLike<number>;
  readonly vocabulary: readonly string[];
  /** Name for screen readers, such as "Completion 3". */
  readonly label: string;
  /** False shows that the completion was cut off. */
  readonly ended: boolean;
  /** True collapses the think block, except where it has the chosen token. */
  readonly folded?: boolean;
  /** CSS background of a token; null for none. Use few different ones. */
  readonly colorOf?: ((token: number) => string | null) | undefined;
  /** Position of the chosen token; null for none. */
  readonly chosen?: number | null;
  /** Takes a token by its position; null when Escape is pressed. */
  readonly onChoose?: (token: number | null) => void;
  /** Gets the element of the chosen token, to which a popover points. */
  readonly onAnchor?: (element: Element | null) => void;
}

/** Runs of equal colour; the chosen token is its own run. */
function runsOf({ first, tokens }: Segment, colorOf: (token: number) => string | null, chosen: number | null): Run[] {
  const runs: { first: number; tokens: number; color: string | null }[] = [];
  for (let token = first; token < first + tokens; token++) {
    const color = colorOf(token);
    const last = runs.at(-1);
    if (last && last.color === color && token !== chosen && last.first !== chosen) last.tokens++;
    else runs.push({ first: token, tokens: 1, color });
  }
  return runs;
}

/** Offset of a point in the text of an element. */
function offsetAt({ clientX, clientY, currentTarget }: MouseEvent): number {
  const position = document.caretPositionFromPoint?.(clientX, clientY);
  const range = position ? null : document.caretRangeFromPoint?.(clientX, clientY);
  const [node, offset] = position
    ? [position.offsetNode, position.offset]
    : [range?.startContainer, range?.startOffset ?? 0];
  if (!node || !currentTarget.contains(node)) return 0;
  const box = document.createRange();
  box.selectNodeContents(node);
  // the caret is at the nearer edge of a character, so the character under the point may be the one before it
  for (const start of [offset - 1, offset]) {
    if (start < 0 || start >= (node.textContent?.length ?? 0)) continue;
    box.setStart(node, start);
    box.setEnd(node, start + 1);
    const hit = [...box.getClientRects()].some(
      ({ left, right, top, bottom }) => clientX >= left && clientX <= right && clientY >= top && clientY <= bottom,
    );
    if (hit) return start;
  }
  return Math.max(0, offset - 1);
}

const moves: Readonly<Record<string, (token: number, count: number) => number>> = {
  ArrowRight: (token, count) => Math.min(count - 1, token + 1),
  ArrowDown: (token, count) => Math.min(count - 1, token + 1),
  ArrowLeft: (token) => Math.max(0, token - 1),
  ArrowUp: (token) => Math.max(0, token - 1),
  Home: () => 0,
  End: (_, count) => count - 1,
};

const none = () => null;
const has = ({ first, tokens }: Segment, token: number | null): boolean =>
  token !== null && token >= first && token < first + tokens;

export function TokenText(props: TokenTextProps) {
  const { ids, vocabulary, label, ended, folded = false, colorOf = none, chosen = null, onChoose, onAnchor } = props;
  const { segments, open } = useMemo(() => segmentsOf(ids, vocabulary), [ids, vocabulary]);
  const words = (token: number) => vocabulary[ids[token]!] ?? '?';
  const textOf = ({ first, tokens }: Run) => Array.from({ length: tokens }, (_, t) => words(first + t)).join('');
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    onAnchor?.(chosen === null ? null : mark.current);
    if (chosen !== null) mark.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen, onAnchor]);
  const press = (run: Run) => (event: MouseEvent) => {
    let left = offsetAt(event);
    let token = run.first;
    while (token < run.first + run.tokens - 1 && left >= words(token).length) left -= words(token++).length;
    onChoose?.(token);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = moves[event.key];
    if (!onChoose || (!move && event.key !== 'Escape') || event.altKey || event.ctrlKey || event.metaKey) return;
    if (move) {
      event.preventDefault();
      onChoose(chosen === null ? (event.key === 'End' ? ids.length - 1 : 0) : move(chosen, ids.length));
    } else onChoose(null);
  };
  const shown = (segment: Segment) => (
    <span key={segment.first} className={styles[segment.kind]} data-segment={segment.kind}>
      {runsOf(segment, colorOf, chosen).map((run) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys act on the group
        // biome-ignore lint/a11y/noStaticElementInteractions: keys act on the group
        <span
          key={run.first}
          ref={run.first === chosen ? mark : null}
          className={run.first === chosen ? styles.chosen : undefined}
          style={run.color === null ? undefined : { background: run.color }}
          data-token={run.first}
          onClick={onChoose && press(run)}
        >
          {textOf(run)}
        </span>
      ))}
    </span>
  );
  return (
    <div
      data-keeps-popover
      className={classes(styles.text, open && styles.open, onChoose && styles.choosable)}
      {...(onChoose && { role: 'group', tabIndex: 0, 'aria-label': `Tokens of ${label}. Arrow keys move.`, onKeyDown })}
    >
      {segments.map((segment) =>
        folded && segment.kind === 'think' && !has(segment, chosen) ? (
          <Collapsed key={segment.first} tokens={segment.tokens}>
            {shown(segment)}
          </Collapsed>
        ) : (
          shown(segment)
        ),
      )}
      {!ended && <span className={styles.cut}>cut off</span>}
      {onChoose && (
        <span className={styles.spoken} aria-live="polite">
          {chosen !== null && chosen < ids.length && `Token ${chosen + 1} of ${ids.length}: ${words(chosen)}`}
        </span>
      )}
    </div>
  );
}
