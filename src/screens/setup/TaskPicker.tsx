/** Task picker: problems of any task at any level, and a button that trains on them. */
import { editDraft } from '../../store/draft';
import { lab, openNewRun } from '../../store/lab';
import { Data } from '../data/Data';
import { useLab } from '../shared/hooks';
import styles from './TaskPicker.module.css';

/** Puts the task and the level on screen into the draft. */
function use(): void {
  const { task, level } = lab.getState().data;
  editDraft('task.name', task);
  editDraft('task.level', level);
  openNewRun();
}

export function TaskPicker() {
  const isChosen = useLab(({ data, draft }) => data.task === draft.task.name && data.level === draft.task.level);
  return (
    <>
      <div className={styles.body}>
        <Data />
      </div>
      <footer className={styles.foot}>
        <button type="button" className={styles.use} onClick={use}>
          {isChosen ? 'Keep this task' : 'Use this task and level'}
        </button>
      </footer>
    </>
  );
}
