/** Modal dialog with the link to what is on screen. It copies the link when it opens; where that is refused, it selects the link. */
import '../../jitless';
import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { closeOverlay, lab } from '../../store/lab';
import { Notice } from '../shared/Notice';
import { copyText } from './browser';
import dialogs from './Dialog.module.css';
import styles from './ShareDialog.module.css';
import { type SharedLink, sharedLink } from './sharedRecipe';

type Copied = 'no' | 'copied' | 'refused';

function Contents({ shared }: { readonly shared: SharedLink }) {
  const [copied, setCopied] = useState<Copied>('no');
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const copy = async () => {
    const isCopied = await copyText(shared.link);
    setCopied(isCopied ? 'copied' : 'refused');
    if (!isCopied) field.current?.select();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is copied once, when it is there
  useEffect(() => void copy(), []);
  return (
    <>
      {copied === 'copied' && (
        <Notice kind="success" shape="pill">
          Link copied
        </Notice>
      )}
      {copied === 'refused' && (
        <Notice kind="warning" shape="pill">
          The browser refused to copy. The link is selected: copy it yourself.
        </Notice>
      )}
      <label className={styles.field} htmlFor={id}>
        Link
        <input ref={field} id={id} readOnly value={shared.link} onFocus={({ target }) => target.select()} />
      </label>
      <ul className={styles.contents}>
        {shared.contents.map((line) => (
          <li key={line}>{line}</li>
        ))}
        {shared.hash !== null && (
          <li>
            Recipe hash: <code data-testid="recipe-hash">{shared.hash}</code>. The same hash is the same recipe.
          </li>
        )}
      </ul>
      <p className={styles.contents}>The link has no rollouts and no weights: Runs exports those.</p>
      <div className={dialogs.answers}>
        <button type="button" className={dialogs.primary} onClick={() => void copy()}>
          Copy link
        </button>
      </div>
    </>
  );
}

export function ShareDialog() {
  const [found, setFound] = useState<SharedLink | { readonly fault: string } | null>(null);
  useEffect(() => {
    const page = location.href.replace(/#.*$/, '');
    sharedLink(lab.getState(), page).then(setFound, ({ message }: Error) => setFound({ fault: message }));
  }, []);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeOverlay()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialogs.backdrop} />
        <Dialog.Popup className={dialogs.dialog}>
          <div className={dialogs.head}>
            <Dialog.Title>Share</Dialog.Title>
            <Dialog.Close aria-label="Close">
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </div>
          {found === null && <p>Making the link …</p>}
          {found && 'fault' in found && (
            <Notice kind="error" shape="banner">
              {found.fault}.
            </Notice>
          )}
          {found && 'link' in found && <Contents shared={found} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
