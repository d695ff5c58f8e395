/** Charts side by side: two in a row, four on a wide screen, one on a phone. */
import type { ReactNode } from 'react';
import styles from './ChartGrid.module.css';

export const ChartGrid = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles.grid}>{children}</div>
);
