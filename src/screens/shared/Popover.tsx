/** Popover at an element, on Base UI: it closes by Escape, by its button, and by a press outside. */
import { Popover as Base } from '@base-ui/react/popover';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './Popover.module.css';

interface PopoverProps {
  /** Element that it points at; null closes it. */
  readonly anchor: Element | null;
  readonly title: ReactNode;
  readonly onClose: () => void;
  /** Moves the focus into it. False where keys go on to choose in the text behind it. */
  readonly focus?: boolean;
  readonly children: ReactNode;
}

export function Popover({ anchor, title, onClose, focus = true, children }: PopoverProps) {
  return (
    <Base.Root
      open={anchor !== null}
      onOpenChange={(open, { event }) => {
        // a press in the text behind it chooses something else there
        const keeps = (event.target as Element | null)?.closest?.('[data-keeps-popover]');
        if (!open && !(event.type !== 'keydown' && keeps)) onClose();
      }}
    >
      <Base.Portal>
        <Base.Positioner
          className={styles.positioner}
          anchor={anchor}
          side="bottom"
          sideOffset={6}
          collisionPadding={8}
        >
          <Base.Popup className={styles.popup} initialFocus={focus} finalFocus={focus}>
            <header>
              <Base.Title className={styles.title}>{title}</Base.Title>
              <Base.Close className={styles.close} aria-label="Close">
                <X size={14} aria-hidden="true" />
              </Base.Close>
            </header>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
