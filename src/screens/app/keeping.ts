/** Asks the browser once, at the first training, to keep the stored runs: else it may delete them when space runs out. */
import { lab } from '../../store/lab';
import { keepRuns } from '../../store/storage';
import { recall, remember } from './browser';

const ASKED = 'asked to keep runs';

export function keepRunsOfFirstTraining(): void {
  if (recall(ASKED) !== null) return;
  const end = lab.subscribe(({ source, status }) => {
    if (source !== 'live' || status !== 'playing') return;
    end();
    remember(ASKED, 'yes');
    void keepRuns();
  });
}
