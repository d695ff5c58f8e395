/** A signed number before and after an edit: "+0.62 → −0.31"; one number where both show the same. */
import { signed } from '../shared/format';
import { Becomes } from '../shared/Mark';
import styles from './Change.module.css';

export function Change({ before, after }: { readonly before: number; readonly after: number }) {
  const [was, is] = [signed(before), signed(after)];
  if (was === is) return <span className={styles.change}>{is}</span>;
  return (
    <span className={styles.change}>
      <span className={styles.before}>{was}</span> <Becomes /> <b>{is}</b>
    </span>
  );
}
