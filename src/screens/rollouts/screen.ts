import { ListTree } from 'lucide-react';
import type { Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

export const rollouts: Screen = {
  id: 'rollouts',
  title: 'Rollouts',
  icon: ListTree,
  Component: lazyScreen(() => import('./Rollouts').then(({ Rollouts }) => Rollouts)),
};
