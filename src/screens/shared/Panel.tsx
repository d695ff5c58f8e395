/** Panel with a title, perhaps an explanation of its numbers, and a headline at its right. */
import type { ReactNode } from 'react';
import { Help } from './Help';
import styles from './Panel.module.css';

interface PanelProps {
  readonly title: string;
  /** Text behind the "?". */
  readonly explanation?: string;
  /** The number that matters, or controls. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Panel({ title, explanation, aside, children }: PanelProps) {
  return (
    <section className={styles.panel} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {explanation && <Help text={explanation} about={title} />}
        {aside && (
          <span className={styles.aside} data-testid="headline">
            {aside}
          </span>
        )}
      </header>
      {children}
    </section>
  );
}
