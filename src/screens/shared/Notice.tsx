/** Message of one of four kinds, each with its colour, its sign and its role. */
import type { ReactNode } from 'react';
import { classes } from './classes';
import styles from './Notice.module.css';
import texts from './text.module.css';

export type NoticeKind = 'success' | 'note' | 'warning' | 'error';

/** Paths in a box of 16: the shape marks the kind without colour. */
const SIGNS: Readonly<Record<NoticeKind, { readonly sign: string; readonly name: string }>> = {
  success: { sign: 'M4 8.5 L7 11.5 L12 5', name: 'Success' },
  note: { sign: 'M8 4 V4.8 M8 7.5 V12', name: 'Note' },
  warning: { sign: 'M8 4 V8.8 M8 11.2 V12', name: 'Warning' },
  error: { sign: 'M5 5 L11 11 M11 5 L5 11', name: 'Error' },
};

interface NoticeProps {
  readonly kind: NoticeKind;
  /** `banner` is as wide as the page, `pill` as its text. */
  readonly shape: 'banner' | 'pill';
  /** Buttons of what to do next. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** An error interrupts a screen reader; the other kinds wait. A text that changes in place is not read again. */
export function Notice({ kind, shape, actions, children }: NoticeProps) {
  const { sign, name } = SIGNS[kind];
  return (
    <div
      className={classes(styles.notice, styles[kind], styles[shape])}
      role={kind === 'error' ? 'alert' : 'status'}
      aria-relevant="additions"
      data-notice={kind}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="8" fill="currentColor" />
        <path d={sign} fill="none" stroke="var(--panel)" strokeWidth="2" />
      </svg>
      <div>
        <span className={texts.unseen}>{name}: </span>
        {children}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
