/** Button that copies a link to the recipe, the view and the selection on screen. Its dialog loads when it is pressed. */
import { Share2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Boundary } from './Boundary';

const ShareDialog = lazy(() => import('./ShareDialog').then(({ ShareDialog: Dialog }) => ({ default: Dialog })));

export function Share() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Share2 size={16} aria-hidden="true" />
        <span>Share</span>
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
