import { SlidersHorizontal } from 'lucide-react';
import type { Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

export const rewards: Screen = {
  id: 'rewards',
  title: 'Rewards',
  icon: SlidersHorizontal,
  Component: lazyScreen(() => import('./Rewards').then(({ Rewards }) => Rewards)),
};
