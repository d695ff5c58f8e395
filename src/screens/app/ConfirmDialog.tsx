/** Question with two answers. Escape and Cancel change nothing. */
import { Dialog } from '@base-ui/react/dialog';
import { answer, type Question } from '../../store/question';
import styles from './Dialog.module.css';

export function ConfirmDialog({ question }: { readonly question: Question }) {
  return (
    <Dialog.Root open disablePointerDismissal onOpenChange={(open) => !open && answer(false)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.dialog}>
          <Dialog.Title>{question.title}</Dialog.Title>
          {question.reasons.map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
          <div className={styles.answers}>
            <Dialog.Close>Cancel</Dialog.Close>
            <button type="button" className={styles.primary} onClick={() => answer(true)}>
              {question.confirm}
            </button>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
