/** Evaluate: run an evaluation of any checkpoint here, compare two, and see those of the run on screen. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { useEffect } from 'react';
import { enterEvaluate } from '../../store/evaluate';
import { openNewRun, show } from '../../store/lab';
import { followRuns } from '../../store/runs';
import { useRuns } from '../runs/hooks';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import { Compared } from './Compared';
import styles from './Evaluate.module.css';
import { EvaluateForm } from './EvaluateForm';
import { useModelName } from './hooks';
import { FolderField } from './ModelFields';
import { Records } from './Records';
import { Results } from './Results';
import { RunEvaluations } from './RunEvaluations';

/** Nothing to evaluate: what to do. */
function NoModels() {
  return (
    <Panel title="Evaluate a model">
      <p>An evaluation needs a trained model, and this browser has no stored run yet.</p>
      <div className={styles.actions}>
        <button type="button" className={styles.primary} onClick={() => openNewRun()}>
          Train a run
        </button>
        <button type="button" onClick={() => show({ runsTab: 'list' })}>
          Import a run
        </button>
        <FolderField />
      </div>
    </Panel>
  );
}

export function EvaluateView() {
  useEffect(followRuns, []);
  useEffect(enterEvaluate, []);
  const isRead = useRuns((state) => state.isRead);
  const name = useModelName();
  return (
    <div className={styles.view}>
      <p className={texts.intro}>How good is a model on problems that it never saw, and is the difference real?</p>
      {name === null ? (
        isRead ? (
          <NoModels />
        ) : (
          <p className={texts.empty}>Reading the runs …</p>
        )
      ) : (
        <>
          <EvaluateForm />
          <Results />
          <Compared />
          <Records />
        </>
      )}
      <RunEvaluations />
    </div>
  );
}
