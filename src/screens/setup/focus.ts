/** Shows the field of *New run* that a link elsewhere asks for. */
import { useEffect } from 'react';
import { lab } from '../../store/lab';
import { useLab } from '../shared/hooks';

/** Scrolls to a field, opens the sections around it and gives it the focus. */
function reveal(path: string): void {
  const field = document.getElementById(path);
  for (let section = field?.closest('details'); section; section = section.parentElement?.closest('details'))
    section.open = true;
  field?.scrollIntoView({ block: 'center' });
  // a list takes no focus: its buttons do
  const focused =
    field instanceof HTMLFieldSetElement ? field.querySelector<HTMLElement>('[data-testid=adding] button') : field;
  focused?.focus();
}

export function useShownField(): void {
  const path = useLab((state) => state.newRunField);
  useEffect(() => {
    if (path === null) return;
    // after the drawer has given the focus to its first element
    const frame = requestAnimationFrame(() => {
      reveal(path);
      lab.setState({ newRunField: null });
    });
    return () => cancelAnimationFrame(frame);
  }, [path]);
}
