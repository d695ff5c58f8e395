/** Keys where no field has the focus: space plays and pauses, N takes a step, T collapses thinking. */
import { pause, resume, stepOnce } from '../../store/control';
import { lab, toggleThoughts } from '../../store/lab';

const TAKEN = 'input, select, textarea';
/** Elements that take the space key themselves. */
const PRESSED = `${TAKEN}, button, summary, a`;

export function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.metaKey || event.ctrlKey || event.altKey || lab.getState().question) return;
  if (event.key === ' ' && event.repeat) return; // a held key counts once
  if (target.closest(event.key === ' ' ? PRESSED : TAKEN)) return;
  const { status } = lab.getState();
  const moves = status === 'playing' || status === 'paused';
  const key = event.key.toLowerCase();
  if (key === 't') toggleThoughts();
  else if (key === ' ' && moves) (status === 'playing' ? pause : resume)();
  else if (key === 'n' && moves) stepOnce();
  else return;
  event.preventDefault();
}
