/** Modal dialog with the question that waits for an answer. Its code loads with the first question. */
import { lazy, Suspense } from 'react';
import { useLab } from '../shared/hooks';

const Dialog = lazy(() => import('./ConfirmDialog').then(({ ConfirmDialog }) => ({ default: ConfirmDialog })));

/** @param within true inside the drawer, which has its own */
export function Confirm({ within = false }: { readonly within?: boolean }) {
  const question = useLab((state) => state.question);
  const isDrawerOpen = useLab((state) => state.newRun !== null);
  if (!question || isDrawerOpen !== within) return null;
  return (
    <Suspense fallback={null}>
      <Dialog question={question} />
    </Suspense>
  );
}
