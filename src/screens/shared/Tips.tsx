/**
 * Tooltips of the page: one popup for every element with `data-tip`. The pointer and the focus by key show it; a touch that stays
 * shows it too. The element keeps its own name for screen readers.
 */
import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect, useState } from 'react';
import styles from './Tips.module.css';

/** Time that a pointer or a touch rests before the tooltip shows, ms. */
const REST_MS = 400;

interface Shown {
  readonly element: Element;
  readonly text: string;
}

const tipOf = (target: EventTarget | null): Shown | null => {
  const element = target instanceof Element ? target.closest('[data-tip]') : null;
  const text = element?.getAttribute('data-tip');
  return element && text ? { element, text } : null;
};

/** Follows the pointer and the focus over the whole page. */
function useShown(): [shown: Shown | null, hide: () => void] {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (tip: Shown) => {
      clearTimeout(timer);
      timer = setTimeout(() => setShown(tip), REST_MS);
    };
    const hide = () => {
      clearTimeout(timer);
      setShown(null);
    };
    const follow = ({ target }: Event) => {
      const tip = tipOf(target);
      if (tip) later(tip);
      else hide();
    };
    const focus = ({ target }: Event) => {
      const tip = tipOf(target);
      if (tip && (target as Element).matches(':focus-visible')) setShown(tip);
      else hide();
    };
    const press = (event: PointerEvent) => {
      hide();
      if (event.pointerType === 'touch') follow(event);
    };
    const key = ({ key: name }: KeyboardEvent) => name === 'Escape' && hide();
    const listeners = [
      ['pointerover', follow],
      ['pointerdown', press],
      ['pointercancel', hide],
      ['focusin', focus],
      ['focusout', hide],
      ['keydown', key],
      ['scroll', hide],
    ] as const;
    for (const [type, listener] of listeners) addEventListener(type, listener as EventListener, true);
    return () => {
      clearTimeout(timer);
      for (const [type, listener] of listeners) removeEventListener(type, listener as EventListener, true);
    };
  }, []);
  return [shown, () => setShown(null)];
}

export function Tips() {
  const [shown, hide] = useShown();
  return (
    <Tooltip.Root open={shown !== null} onOpenChange={(open) => !open && hide()}>
      <Tooltip.Portal>
        <Tooltip.Positioner
          className={styles.positioner}
          anchor={shown?.element ?? null}
          sideOffset={6}
          collisionPadding={8}
        >
          <Tooltip.Popup className={styles.popup} data-testid="tip">
            {shown?.text}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
