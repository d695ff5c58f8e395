/** A message of one of four kinds, each with its colour, its sign and its role. */
import type { ReactNode } from 'react';

export type NoticeKind = 'success' | 'note' | 'warning' | 'error';

/** Signs, so that kinds are told apart without colour. */
const SIGNS: Readonly<Record<NoticeKind, { readonly sign: string; readonly name: string }>> = {
  success: { sign: '✓', name: 'Success' },
  note: { sign: 'i', name: 'Note' },
  warning: { sign: '!', name: 'Warning' },
  error: { sign: '×', name: 'Error' },
};

interface NoticeProps {
  readonly kind: NoticeKind;
  /** `banner` is as wide as the page, `pill` as its text. */
  readonly shape: 'banner' | 'pill';
  readonly children?: ReactNode;
}

/** An error interrupts a screen reader, the others wait. A text that changes while the notice stands is not read again. */
export function Notice({ kind, shape, children }: NoticeProps) {
  const { sign, name } = SIGNS[kind];
  return (
    <div className={`notice ${kind} ${shape}`} role={kind === 'error' ? 'alert' : 'status'} aria-relevant="additions">
      <i aria-hidden="true">{sign}</i>
      <div>
        <span className="unseen">{name}: </span>
        {children}
      </div>
    </div>
  );
}
