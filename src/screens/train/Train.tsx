/** Train: what the model learns right now. The latest group comes first, with charts and curation beside or below. */

import { TrainButton } from '../setup/TrainButton';
import { Alerts } from '../shared/Alerts';
import { useLab } from '../shared/hooks';
import { Curation } from './Curation';
import { chartPanels } from './charts';
import { LatestGroup } from './LatestGroup';
import styles from './Train.module.css';
import { TrainCharts } from './TrainCharts';

/** First line while a recorded run plays. On a narrow page it has the button of Setup, which is closed there. */
function Lead() {
  const setupOpen = useLab((state) => state.setupOpen);
  return (
    <div className={styles.lead}>
      <p>You’re watching a recorded run. Press Train to run it in this tab.</p>
      {!setupOpen && (
        <div className={styles.button}>
          <TrainButton bare />
        </div>
      )}
    </div>
  );
}

export function Train() {
  const recorded = useLab((state) => state.source === 'replay');
  return (
    <>
      {recorded && <Lead />}
      <Alerts />
      <div className={styles.split}>
        <LatestGroup />
        <div className={styles.charts}>
          <TrainCharts panels={chartPanels} />
          <Curation />
        </div>
      </div>
    </>
  );
}
