import { GraduationCap } from 'lucide-react';
import type { Screen } from '../screen';
import { lazyScreen } from '../shared/lazyScreen';

export const learn: Screen = {
  id: 'learn',
  title: 'Learn',
  icon: GraduationCap,
  Component: lazyScreen(() => import('./Learn').then(({ Learn }) => Learn)),
};
