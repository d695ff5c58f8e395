/** Verdict on an answer: a word in its colour. */
import { classes } from './classes';
import styles from './Verdict.module.css';

export function Verdict({ correct }: { readonly correct: boolean }) {
  const words = correct ? 'right' : 'wrong';
  return <span className={classes(styles.verdict, styles[words])}>{words}</span>;
}
