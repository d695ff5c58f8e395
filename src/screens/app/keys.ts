/** Keys of every view, and the listener that finds the binding of a press. */
import { pause, resume, stepOnce } from '../../store/control';
import { lab, openOverlay, show, toggleThoughts } from '../../store/lab';
import { shownGroup } from '../shared/hooks';
import { bindingOf, registerKeys } from '../shared/keys';

const TAKEN = 'input, select, textarea, [contenteditable=true]';
/** Elements that take the space key themselves. */
const PRESSED = `${TAKEN}, button, summary, a`;

const moves = () => ['playing', 'paused'].includes(lab.getState().status);

function playOrPause(): void {
  if (moves()) (lab.getState().status === 'playing' ? pause : resume)();
}

/** Chooses the completion before or after the chosen one in its group. */
function moveTrace(by: number): void {
  const { run, step, group, rollout } = lab.getState();
  const event = run.grpo.event(step ?? run.grpo.last?.step ?? 0);
  const count = event && event.groups.length > 0 ? event.groups[shownGroup(event, group)]?.rollouts.length : undefined;
  const most = count ?? run.start?.recipe.grpo.groupSize ?? 1;
  show({ rollout: Math.min(Math.max(rollout + by, 0), most - 1) });
}

/** Moves to the GRPO step before or after; past the last one, the screen follows the run again. */
function moveStep(by: number): void {
  const { run, step } = lab.getState();
  const { firstStep, last } = run.grpo;
  if (firstStep === null || !last) return;
  const next = (step ?? last.step) + by;
  show({ step: next >= last.step ? null : Math.max(next, firstStep) });
}

registerKeys({
  title: 'Everywhere',
  bindings: [
    { key: ' ', label: 'Play or pause', run: playOrPause },
    { key: 's', label: 'One training step', run: () => moves() && stepOnce() },
    { key: 'n', label: 'Next trace', run: () => moveTrace(1) },
    { key: 'p', label: 'Previous trace', run: () => moveTrace(-1) },
    { key: 'N', label: 'Next step', run: () => moveStep(1) },
    { key: 'P', label: 'Previous step', run: () => moveStep(-1) },
    { key: 't', label: 'Collapse or show thinking', run: toggleThoughts, inDrawer: true },
    { key: '?', label: 'This list', run: () => openOverlay('keys') },
  ],
});

/** True for ⌘K and Ctrl+K, which also work in a field. */
const isCommands = ({ metaKey, ctrlKey, altKey, key }: KeyboardEvent) =>
  (metaKey || ctrlKey) && !altKey && key.toLowerCase() === 'k';

export function onKey(event: KeyboardEvent): void {
  const { question, overlay, newRun } = lab.getState();
  if (question || event.defaultPrevented) return;
  if (isCommands(event)) {
    event.preventDefault();
    return openOverlay('commands');
  }
  const { key, repeat } = event;
  if (event.metaKey || event.ctrlKey || event.altKey || overlay) return;
  if (key === ' ' && repeat) return; // a held key counts once
  if ((event.target as HTMLElement).closest(key === ' ' ? PRESSED : TAKEN)) return;
  const binding = bindingOf(key);
  if (!binding || (newRun && !binding.inDrawer)) return;
  event.preventDefault();
  binding.run();
}
