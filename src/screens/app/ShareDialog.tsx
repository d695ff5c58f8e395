/** Modal dialog with the link to what is on screen. It copies the link when it opens; where that is refused, it selects the link. */
import '../../jitless';
import { useEffect, useId, useRef, useState } from 'react';
import { lab } from '../../store/lab';
import { Notice } from '../shared/Notice';
import { copyText } from './browser';
import confirm from './Confirm.module.css';
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
      <div className={confirm.answers}>
        <button type="button" className={confirm.primary} onClick={() => void copy()}>
          Copy link
        </button>
      </div>
    </>
  );
}

export function ShareDialog({ onClose }: { readonly onClose: () => void }) {
  const [found, setFound] = useState<SharedLink | { readonly fault: string } | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
    const page = location.href.replace(/#.*$/, '');
    sharedLink(lab.getState(), page).then(setFound, ({ message }: Error) => setFound({ fault: message }));
  }, []);
  return (
    <dialog ref={dialog} className={confirm.confirm} aria-labelledby={id} onClose={onClose}>
      <div className={styles.head}>
        <h2 id={id}>Share</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      {found === null && <p>Making the link …</p>}
      {found && 'fault' in found && (
        <Notice kind="error" shape="banner">
          {found.fault}.
        </Notice>
      )}
      {found && 'link' in found && <Contents shared={found} />}
    </dialog>
  );
}
