/** Runs: the trainings that this browser keeps, and what can be done with each. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { lazy, Suspense, useEffect } from 'react';
import { useStore } from 'zustand';
import { listed } from '../../quote';
import { clearChosen, compareChosen, compared } from '../../store/compared';
import { MOST_COMPARED } from '../../store/lab';
import { endDeletion, followRuns, importRuns, refreshRuns, titleOf, UNDO_MS, undoDeletion } from '../../store/runs';
import { storageSize } from '../../units';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import texts from '../shared/text.module.css';
import { useDrop, useFocus, useRuns } from './hooks';
import { RunCard } from './RunCard';
import styles from './Runs.module.css';
import { NearlyFull, Storage } from './Storage';

const Comparison = lazy(() => import('./compare/Comparison').then(({ Comparison }) => ({ default: Comparison })));

function Import() {
  const isBusy = useRuns(({ busy }) => busy?.action === 'import');
  const importChosen = (input: HTMLInputElement) => {
    void importRuns([...(input.files ?? [])]);
    input.value = ''; // the same file can then be chosen again
  };
  return (
    <label className={styles.import}>
      {isBusy ? 'Importing …' : 'Import'}
      <input
        type="file"
        accept=".zip,.jsonl,.json,application/zip"
        multiple
        disabled={isBusy}
        aria-label="Import runs from .zip or .jsonl files"
        onChange={({ target }) => importChosen(target)}
      />
    </label>
  );
}

/** Outcome of the last import, and the error of an action on a run that is gone. */
function Outcome() {
  const imported = useRuns((state) => state.imported);
  const failed = useRuns((state) => state.failed);
  const title = useRuns(({ list }) => list.flatMap((run) => (run.name === imported?.run ? titleOf(run) : []))[0]);
  const isListed = useRuns(({ list }) => list.some(({ name }) => name === failed?.run));
  return (
    <>
      {imported && (
        <Notice kind={imported.faults.length > 0 ? 'warning' : 'success'} shape="banner">
          Imported as <b>{imported.run}</b>.
          {title !== undefined && title !== imported.run && ` Its title is “${title}”.`}
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
          To show a run from elsewhere, import its .zip or its recording (.jsonl), or drop the file on this page.
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

/** The chosen runs, and the way to their comparison. */
function CompareBar() {
  const chosen = useStore(compared, (state) => state.chosen.length);
  if (chosen === 0) return null;
  return (
    <div className={styles.compare} role="region" aria-label="Chosen runs">
      <span role="status">
        {chosen === 1 ? '1 run chosen; choose another to compare' : `${chosen} of at most ${MOST_COMPARED} runs chosen`}
      </span>
      <button type="button" className={styles.primary} disabled={chosen < 2} onClick={compareChosen}>
        {chosen < 2 ? 'Compare' : `Compare ${chosen} runs`}
      </button>
      <button type="button" onClick={clearChosen}>
        Clear
      </button>
    </div>
  );
}

/** Runs that were deleted just now. */
function Deleted() {
  const deleted = useRuns((state) => state.deleted);
  return deleted.map((run) => (
    <Notice key={run.name} kind="note" shape="banner">
      <div className={styles.undo}>
        <span>
          <b>“{titleOf(run)}” is deleted</b> in {UNDO_MS / 1000} seconds, with its rollouts and checkpoints (
          {storageSize(run.bytes)}). If you close this page before, the run stays.
        </span>
        <button type="button" aria-label={`Undo: keep ${titleOf(run)}`} onClick={() => void undoDeletion(run.name)}>
          Undo
        </button>
        <button type="button" aria-label={`Delete ${titleOf(run)} now`} onClick={() => void endDeletion(run.name)}>
          Delete now
        </button>
      </div>
    </Notice>
  ));
}

const importDropped = (files: readonly File[]): void => void importRuns(files);

export function Runs() {
  useEffect(followRuns, []);
  useFocus(refreshRuns);
  const isOver = useDrop(importDropped);
  const isComparing = useLab((state) => state.compared.length > 0);
  return (
    <div className={classes(styles.view, isOver && styles.over)}>
      <div className={styles.top}>
        <p className={texts.intro}>The trainings of this browser. Nothing is uploaded.</p>
        <Import />
      </div>
      <NearlyFull />
      <Outcome />
      <Deleted />
      {isComparing ? (
        <Suspense fallback={null}>
          <Comparison />
        </Suspense>
      ) : (
        <>
          <List />
          <CompareBar />
        </>
      )}
      <Storage />
    </div>
  );
}
