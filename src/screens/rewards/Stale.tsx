/** Mark of numbers that belong to an earlier edit: the newest has a fault. */
import { TriangleAlert } from 'lucide-react';
import { tip } from '../shared/tip';
import styles from './Stale.module.css';

export function Stale({ fault, of }: { readonly fault: string | null; readonly of?: string }) {
  if (fault === null) return null;
  return (
    <p className={styles.stale} {...tip(fault)} data-testid="stale">
      <TriangleAlert size={14} aria-hidden="true" />
      {of ? `${of}: numbers` : 'Numbers'} of the last edit without an error
    </p>
  );
}
