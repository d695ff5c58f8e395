/** Modal dialog with the question that waits for an answer. Escape and Cancel change nothing. */
import { useEffect, useId, useRef } from 'react';
import { answer } from '../../store/question';
import { useLab } from '../shared/hooks';
import styles from './Confirm.module.css';

export function Confirm() {
  const question = useLab((state) => state.question);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (question) dialog.current?.showModal();
    else dialog.current?.close();
  }, [question]);
  return (
    <dialog ref={dialog} className={styles.confirm} aria-labelledby={id} onClose={() => question && answer(false)}>
      {question && (
        <>
          <h2 id={id}>{question.title}</h2>
          {question.reasons.map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
          <div className={styles.answers}>
            <button type="button" onClick={() => answer(false)}>
              Cancel
            </button>
            <button type="button" className={styles.primary} onClick={() => answer(true)}>
              {question.confirm}
            </button>
          </div>
        </>
      )}
    </dialog>
  );
}
