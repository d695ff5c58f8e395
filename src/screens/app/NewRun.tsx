/** Drawer *New run*. Its code loads when it first opens. */
import { lazy, Suspense } from 'react';
import { useLab } from '../shared/hooks';
import { Boundary } from './Boundary';

const Drawer = lazy(() => import('../setup/NewRunDrawer').then(({ NewRunDrawer }) => ({ default: NewRunDrawer })));

export function NewRun() {
  const isOpen = useLab((state) => state.newRun !== null);
  if (!isOpen) return null;
  return (
    <Boundary part="New run">
      <Suspense fallback={null}>
        <Drawer />
      </Suspense>
    </Boundary>
  );
}
