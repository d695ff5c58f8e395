/** Two chips of a completion: the verdict on its answer, and the state of its format. One may be right where the other is not. */
import { Check, X } from 'lucide-react';
import type { Rollout } from '../../train/grpo';
import styles from './Chips.module.css';
import { classes } from './classes';
import { formatOf } from './judgement';

const Chip = ({ good, words, name }: { good: boolean; words: string; name: string }) => (
  <span className={classes(styles.chip, good ? styles.good : styles.bad)} data-testid={name}>
    {good ? <Check size={13} aria-hidden="true" /> : <X size={13} aria-hidden="true" />} {words}
  </span>
);

interface Judged extends Pick<Rollout, 'text' | 'ended'> {
  /** Null where there is no answer to compare with. */
  readonly correct: boolean | null;
}

export function Chips({ rollout }: { readonly rollout: Judged }) {
  const format = formatOf(rollout);
  return (
    <span className={styles.chips}>
      {rollout.correct !== null && (
        <Chip good={rollout.correct} words={rollout.correct ? 'right' : 'wrong'} name="verdict-chip" />
      )}
      <Chip good={format.ok} words={format.words} name="format-chip" />
    </span>
  );
}
