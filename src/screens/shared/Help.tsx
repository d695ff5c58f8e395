/** "?" button that opens its explanation, by pointer or by key, wherever the window has room. Screen readers always have it. */
import { useId, useLayoutEffect, useRef, useState } from 'react';
import styles from './Help.module.css';

/** Width of an explanation and its distance from the window's edge, pixels. */
const NOTE = { width: 280, margin: 12 };

export function Help({ text, about }: { text: string; about: string }) {
  const [place, setPlace] = useState<{ top: number; left: number } | null>(null);
  const id = useId();
  const note = useRef<HTMLSpanElement>(null);
  const toggle = (button: HTMLElement) => {
    const { left, bottom } = button.getBoundingClientRect();
    const room = innerWidth - NOTE.width - NOTE.margin;
    setPlace(place ? null : { top: bottom + 4, left: Math.max(NOTE.margin, Math.min(left, room)) });
  };
  const open = place !== null;
  useLayoutEffect(() => {
    if (!open) return;
    // the height is known after the first layout: the note then moves up from the window's lower edge
    const lowest = innerHeight - NOTE.margin - (note.current?.offsetHeight ?? 0);
    setPlace((at) => at && { ...at, top: Math.max(NOTE.margin, Math.min(at.top, lowest)) });
    // the note is fixed to the window, so it closes where its button moves
    const close = () => setPlace(null);
    window.addEventListener('scroll', close, true);
    return () => window.removeEventListener('scroll', close, true);
  }, [open]);
  return (
    <span>
      <button
        type="button"
        className={styles.button}
        aria-label={`What is ${about}?`}
        aria-expanded={open}
        aria-describedby={id}
        onClick={(event) => toggle(event.currentTarget)}
        onBlur={() => setPlace(null)}
        onKeyDown={(event) => event.key === 'Escape' && setPlace(null)}
      >
        ?
      </button>
      <span
        ref={note}
        role="note"
        id={id}
        hidden={!open}
        className={styles.note}
        style={{ ...place, maxWidth: NOTE.width }}
      >
        {text}
      </span>
    </span>
  );
}
