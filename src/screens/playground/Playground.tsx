/** Playground: a prompt or a problem, answered by up to three models on one seed, token by token. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { useEffect } from 'react';
import { enterPlayground } from '../../store/play';
import { followRuns } from '../../store/runs';
import texts from '../shared/text.module.css';
import { Ask } from './Ask';
import { Columns } from './Columns';
import { Failure, NoWeights } from './Notes';
import styles from './Playground.module.css';
import { SamplingOptions } from './SamplingOptions';

export function Playground() {
  useEffect(enterPlayground, []);
  useEffect(followRuns, []);
  return (
    <div className={styles.view}>
      <p className={texts.intro}>Ask a model before and after training. Every column gets the same random numbers.</p>
      <NoWeights />
      <div className={styles.top}>
        <Ask />
        <SamplingOptions />
      </div>
      <Failure />
      <Columns />
    </div>
  );
}
