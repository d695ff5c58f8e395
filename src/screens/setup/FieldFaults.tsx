/** Fields that prevent training, and a way to go on. */
import { Fragment } from 'react';
import { dropRefused } from '../../store/draft';
import { MODEL_PRESET } from '../../store/edits';
import { openNewRun } from '../../store/lab';
import { useLab } from '../shared/hooks';
import { titleAt } from './fields';
import styles from './TrainButton.module.css';

export function FieldFaults({ paths }: { readonly paths: readonly string[] }) {
  const refused = useLab((state) => Object.keys(state.refused).length);
  const one = paths.length === 1;
  return (
    <p className={styles.heldBack} role="status">
      Fix {one ? 'this setting' : `these ${paths.length} settings`} to train:{' '}
      {paths.map((path, i) => (
        <Fragment key={path}>
          {i > 0 && ', '}
          <button type="button" className={styles.link} onClick={() => openNewRun(path)}>
            {path === MODEL_PRESET ? 'Model size' : titleAt(path)}
          </button>
        </Fragment>
      ))}
      . Or{' '}
      {refused > 0 ? (
        <button type="button" className={styles.link} onClick={dropRefused}>
          {refused === 1 ? 'restore its last valid value' : 'restore their last valid values'}
        </button>
      ) : (
        'set the weight of your own term to 0'
      )}
      .
    </p>
  );
}
