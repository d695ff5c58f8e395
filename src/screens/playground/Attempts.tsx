/** All completions of a model together: right answers, majority, pass@k. */
import type { AttemptsEvent } from '../../lab/play/sample';
import { percent } from '../shared/format';
import styles from './Attempts.module.css';

export function Attempts({ attempts }: { readonly attempts: AttemptsEvent }) {
  const { count, correct, majority, passAtK } = attempts;
  if (count === 1) return null;
  const judged = correct === null ? '' : majority?.correct ? ', right' : ', wrong';
  return (
    <p className={styles.attempts} data-testid="attempts">
      {correct !== null && (
        <span>
          <b>{correct}</b> of {count} right
        </span>
      )}
      <span>
        {majority ? (
          <>
            majority <code>{majority.answer.trim()}</code> ({majority.votes} of {count}
            {judged})
          </>
        ) : (
          'no answer to vote for'
        )}
      </span>
      {passAtK?.map(({ k, value }) => (
        <span key={k}>
          pass@{k} {percent(value)}
        </span>
      ))}
    </p>
  );
}
