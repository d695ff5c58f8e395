/** Rewards: shape a reward, see what it pays, apply it or fork with it. Works without a GPU. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { useState } from 'react';
import { useLab } from '../shared/hooks';
import { ActionBar } from './ActionBar';
import { Bench } from './Bench';
import { Cards } from './Cards';
import { Fork } from './Fork';
import { GroupPreview } from './GroupPreview';
import { useBase, useEdited, useEdits, useWorking } from './hooks';
import { ParentChart } from './ParentChart';
import { Phases } from './Phases';
import styles from './Rewards.module.css';
import { WhatIf } from './WhatIf';

export function Rewards() {
  const base = useBase();
  const edited = useEdited(base);
  const [forking, setForking] = useState(false);
  const runName = useLab((state) => state.runName);
  const working = useWorking(base);
  const shown = working[useEdits((state) => state.slot)];
  return (
    <div className={styles.rewards}>
      <div className={styles.bar}>
        <ActionBar edited={edited} working={shown} onFork={() => setForking(!forking)} />
        {forking && runName !== null && (
          <Fork run={runName} changes={edited.fields.length} onClose={() => setForking(false)} />
        )}
        <Phases />
        {runName !== null && <ParentChart key={runName} name={runName} />}
      </div>
      <div className={styles.bench}>
        <Bench base={base} working={shown} />
      </div>
      <div className={styles.cards}>
        <Cards base={base} edited={edited} />
      </div>
      <div className={styles.group}>
        <GroupPreview base={base} working={shown} />
      </div>
      <div className={styles.whatif}>
        <WhatIf base={base} working={working} />
      </div>
    </div>
  );
}
