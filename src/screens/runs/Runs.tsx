/** Runs: the trainings that this browser keeps, and what can be done with each. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { useEffect } from 'react';
import { listed } from '../../quote';
import { followRuns, importRuns, refreshRuns } from '../../store/runs';
import { classes } from '../shared/classes';
import { Notice } from '../shared/Notice';
import texts from '../shared/text.module.css';
import { useDrop, useFocus, useRuns } from './hooks';
import { RunCard } from './RunCard';
import styles from './Runs.module.css';
import { NearlyFull, Storage } from './Storage';

function Import() {
  const isBusy = useRuns(({ busy }) => busy?.action === 'import');
  const importChosen = (input: HTMLInputElement) => {
    void importRuns([...(input.files ?? [])]);
    input.value = ''; // the same file can then be chosen again
  };
  return (
    <label className={styles.import}>
      {isBusy ? 'Importing …' : 'Import .zip'}
      <input
        type="file"
        accept=".zip,application/zip"
        multiple
        disabled={isBusy}
        aria-label="Import runs from .zip files"
        onChange={({ target }) => importChosen(target)}
      />
    </label>
  );
}

/** Outcome of the last import, and the error of an action on a run that is gone. */
function Outcome() {
  const imported = useRuns((state) => state.imported);
  const failed = useRuns((state) => state.failed);
  const isListed = useRuns(({ list }) => list.some(({ name }) => name === failed?.run));
  return (
    <>
      {imported && (
        <Notice kind={imported.faults.length > 0 ? 'warning' : 'success'} shape="banner">
          Imported as <b>{imported.run}</b>.
          {imported.faults.length > 0 && ` It was damaged before:\n${listed(imported.faults)}`}
        </Notice>
      )}
      {failed && !isListed && (
        <Notice kind="error" shape="banner">
          {failed.run === null && <b>The import failed.</b>} {failed.message}
        </Notice>
      )}
    </>
  );
}

function List() {
  const list = useRuns((state) => state.list);
  const isRead = useRuns((state) => state.isRead);
  const fault = useRuns((state) => state.fault);
  if (fault !== null)
    return (
      <Notice kind="error" shape="banner">
        <b>The stored runs cannot be read.</b> {fault}
      </Notice>
    );
  if (!isRead) return <p className={texts.empty}>Reading the runs …</p>;
  if (list.length === 0)
    return (
      <div className={styles.none}>
        <b>No runs yet</b>
        <p>
          Each training is kept here with its rollouts and checkpoints. A reload, a crash or a closed tab loses no run.
          To show a run from elsewhere, import its .zip or drop the file on this page.
        </p>
      </div>
    );
  return (
    <ul className={styles.list} aria-label="Stored runs">
      {list.map((run) => (
        <RunCard key={run.name} run={run} />
      ))}
    </ul>
  );
}

const importDropped = (files: readonly File[]): void => void importRuns(files);

export function Runs() {
  useEffect(followRuns, []);
  useFocus(refreshRuns);
  const isOver = useDrop(importDropped);
  return (
    <div className={classes(styles.view, isOver && styles.over)}>
      <div className={styles.top}>
        <p className={texts.intro}>The trainings of this browser. Nothing is uploaded.</p>
        <Import />
      </div>
      <NearlyFull />
      <Outcome />
      <List />
      <Storage />
    </div>
  );
}
