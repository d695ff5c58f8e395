/** Verdict on an answer in its colour. */
import { classes } from './classes';
import type { Judgement } from './judgement';
import styles from './Verdict.module.css';

export const Verdict = ({ tone, words }: Judgement) => (
  <span className={classes(styles.verdict, styles[tone])}>{words}</span>
);
