/** Button that copies a link to the recipe, the view and the selection on screen. */
import { Share2 } from 'lucide-react';
import { openOverlay } from '../../store/lab';

export function Share() {
  return (
    <button type="button" aria-haspopup="dialog" onClick={() => openOverlay('share')}>
      <Share2 size={16} aria-hidden="true" />
      <span>Share</span>
    </button>
  );
}
