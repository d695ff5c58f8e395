/** Button that copies a link to the recipe, the view and the selection on screen. Its dialog loads when it is pressed. */
import { lazy, Suspense, useState } from 'react';
import { Boundary } from './Boundary';

const ShareDialog = lazy(() => import('./ShareDialog').then(({ ShareDialog: Dialog }) => ({ default: Dialog })));

export function Share() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Share
      </button>
      {isOpen && (
        <Boundary part="The link">
          <Suspense fallback={null}>
            <ShareDialog onClose={() => setOpen(false)} />
          </Suspense>
        </Boundary>
      )}
    </>
  );
}
