/** Train: what the model learns right now. The latest group comes first, the rest beside or below. */
import { lazy, Suspense } from 'react';
import { TrainButton } from '../setup/TrainButton';
import { Alerts } from '../shared/Alerts';
import { useLab } from '../shared/hooks';
import { chartPanels } from './charts';
import { LatestGroup } from './LatestGroup';
import { leadWords } from './leadWords';
import styles from './Train.module.css';
import { TrainCharts } from './TrainCharts';

// few runs have one
const Curation = lazy(() => import('./Curation').then((module) => ({ default: module.Curation })));

/** Line about the recorded run that plays, with the button that trains. */
function Lead() {
  const words = useLab(({ draft, run }) => leadWords(draft, run.start?.recipe));
  return (
    <div className={styles.lead}>
      <p>{words}</p>
      <TrainButton />
    </div>
  );
}

export function Train() {
  const isCurated = useLab((state) => state.run.curations.length > 0);
  const recorded = useLab((state) => state.source === 'replay');
  return (
    <div className={styles.train}>
      <div className={styles.split}>
        <LatestGroup />
        <div className={styles.side}>
          {recorded && <Lead />}
          <Alerts />
          <TrainCharts panels={chartPanels} />
          {isCurated && (
            <Suspense fallback={null}>
              <Curation />
            </Suspense>
          )}
        </div>
      </div>
    </div>
  );
}
