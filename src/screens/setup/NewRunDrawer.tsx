/** Drawer *New run*: the fields of the next run, or the task picker. */
import '../../jitless'; // before the schemas of the fields, however the build splits the page
import { Dialog } from '@base-ui/react/dialog';
import { ArrowLeft, X } from 'lucide-react';
import { closeNewRun, openNewRun } from '../../store/lab';
import { Confirm } from '../app/Confirm';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import styles from './NewRunDrawer.module.css';
import { NewRunForm } from './NewRunForm';
import { TaskPicker } from './TaskPicker';

export function NewRunDrawer() {
  const isPicker = useLab((state) => state.newRun === 'task');
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeNewRun()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={classes(styles.drawer, isPicker && styles.wide)} data-testid="new-run">
          <header className={styles.head}>
            {isPicker && (
              <button type="button" aria-label="Back to New run" onClick={() => openNewRun()}>
                <ArrowLeft size={16} aria-hidden="true" />
              </button>
            )}
            <Dialog.Title>{isPicker ? 'Choose a task' : 'New run'}</Dialog.Title>
            <Dialog.Close className={styles.close} aria-label="Close">
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </header>
          {isPicker ? <TaskPicker /> : <NewRunForm />}
          {/* within the drawer, so that a press on the question does not close it */}
          <Confirm within />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
