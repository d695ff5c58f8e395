/** List of the keys that work now: of every view, and of the one that is shown. */
import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { closeOverlay } from '../../store/lab';
import { keyGroups } from '../shared/keys';
import dialogs from './Dialog.module.css';
import styles from './KeysDialog.module.css';

/** Names of keys that have no letter. */
const NAMES: Readonly<Record<string, string>> = { ' ': 'Space', ArrowUp: '↑', ArrowDown: '↓' };

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function KeysDialog() {
  const groups = keyGroups();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeOverlay()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialogs.backdrop} />
        <Dialog.Popup className={dialogs.dialog}>
          <div className={dialogs.head}>
            <Dialog.Title>Keys</Dialog.Title>
            <Dialog.Close aria-label="Close">
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </div>
          {groups.map(({ title, bindings }, i) => (
            <section key={title} className={styles.group}>
              <h3>{title}</h3>
              <dl>
                {bindings.map(({ key, label }) => (
                  <div key={key}>
                    <dt>
                      <kbd>{NAMES[key] ?? key}</kbd>
                    </dt>
                    <dd>{label}</dd>
                  </div>
                ))}
                {i === 0 && (
                  <div>
                    <dt>
                      <kbd>{isMac ? '⌘' : 'Ctrl'}</kbd> <kbd>K</kbd>
                    </dt>
                    <dd>All commands</dd>
                  </div>
                )}
              </dl>
            </section>
          ))}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
