/** Box for content that may be wider than its place. It scrolls sideways, by pointer or by key. */
import type { ReactNode } from 'react';
import { classes } from './classes';
import styles from './Scroll.module.css';

interface ScrollProps {
  readonly label: string;
  /** Leaves room for outlines at the edges. */
  readonly padded?: boolean;
  readonly children: ReactNode;
}

export function Scroll({ label, padded = false, children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, no key reaches what is out of sight
    <div className={classes(styles.scroll, padded && styles.padded)} role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
