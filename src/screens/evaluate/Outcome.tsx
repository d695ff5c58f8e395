/** Outcome of an experiment as a pill: against a finding of the report, or against a claim of a lesson. */
import type { Result } from '../../lab/report/results';
import { classes } from '../shared/classes';
import styles from './Outcome.module.css';

const VERDICTS: Readonly<Record<Result['verdict'], string>> = {
  agrees: 'agrees',
  partly: 'agrees in part',
  disagrees: 'disagrees',
  undecided: 'undecided',
};

const LESSON_VERDICTS: typeof VERDICTS = {
  agrees: 'shown',
  partly: 'shown in part',
  disagrees: 'not shown',
  undecided: 'undecided',
};

/** True for findings of the report, which are E1, E2 …; other results are lessons of this lab. */
export const isOfReport = ({ id }: Pick<Result, 'id'>): boolean => /^E\d+$/.test(id);

export const verdictOf = (result: Pick<Result, 'id' | 'verdict'>): string =>
  (isOfReport(result) ? VERDICTS : LESSON_VERDICTS)[result.verdict];

export const Outcome = ({ result }: { readonly result: Pick<Result, 'id' | 'verdict'> }) => (
  <span className={classes(styles.outcome, styles[result.verdict])}>{verdictOf(result)}</span>
);
