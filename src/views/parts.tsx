/** Small pieces that many screens use. */
import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';
import { type Explained, explanations } from './explanations';

const ICONS = {
  play: 'M5 3 L13 8 L5 13 Z',
  pause: 'M4 3 H7 V13 H4 Z M9 3 H12 V13 H9 Z',
  step: 'M3 3 L9 8 L3 13 Z M10 3 H13 V13 H10 Z',
  restart: 'M13 3 L7 8 L13 13 Z M3 3 H6 V13 H3 Z',
  stop: 'M4 4 H12 V12 H4 Z',
} as const;

export function Icon({ name }: { name: keyof typeof ICONS }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={ICONS[name]} fill="currentColor" />
    </svg>
  );
}

/** Width of an explanation and its distance from the window's edge, pixels. */
const NOTE = { width: 280, margin: 12 };

/** A "?" that opens its explanation, by pointer or by key, wherever there is room in the window. */
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
    // its height is known once it is drawn: it moves up from the window's lower edge
    const lowest = innerHeight - NOTE.margin - (note.current?.offsetHeight ?? 0);
    setPlace((at) => at && { ...at, top: Math.max(NOTE.margin, Math.min(at.top, lowest)) });
    // the note is fixed to the window, so it goes where its button moves
    const close = () => setPlace(null);
    window.addEventListener('scroll', close, true);
    return () => window.removeEventListener('scroll', close, true);
  }, [open]);
  return (
    <span className="help">
      <button
        type="button"
        className="help-button"
        aria-label={`What is ${about}?`}
        aria-expanded={open}
        aria-describedby={place ? id : undefined}
        onClick={(event) => toggle(event.currentTarget)}
        onBlur={() => setPlace(null)}
        onKeyDown={(event) => event.key === 'Escape' && setPlace(null)}
      >
        ?
      </button>
      {place && (
        <span ref={note} role="note" id={id} className="help-text" style={{ ...place, maxWidth: NOTE.width }}>
          {text}
        </span>
      )}
    </span>
  );
}

export function Panel({
  title,
  explained,
  aside,
  children,
}: {
  title: string;
  explained?: Explained;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {explained && <Help text={explanations[explained]} about={title} />}
        {aside && <span className="aside">{aside}</span>}
      </header>
      {children}
    </section>
  );
}

/** What may be wider than its place and then scrolls sideways, by pointer or by key. */
export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, no key reaches what is out of sight
    <div className="scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
