import type { Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

export const runs: Screen = {
  id: 'runs',
  title: 'Runs',
  Component: lazyScreen(() => import('./Runs').then(({ Runs }) => Runs)),
};
