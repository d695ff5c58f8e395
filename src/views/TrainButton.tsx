/** The one button: trains the draft in this tab. A field that does not fit holds it back. */
import { Fragment } from 'react';
import { trainDraft } from '../store/control';
import { draftChanges, dropRefused } from '../store/draft';
import { lab } from '../store/lab';
import { titleAt } from './fields';
import { useLab } from './hooks';

/** What pressing the button would do, in words. */
function promise(changes: number): string {
  if (changes === 0) return 'The recipe as it stands.';
  return `${changes} ${changes === 1 ? 'change' : 'changes'} to the recipe.`;
}

/** Brings a field of Setup on screen, its section opened. */
function goTo(path: string): void {
  lab.setState({ setupOpen: true });
  requestAnimationFrame(() => {
    const field = document.getElementById(path);
    const section = field?.closest('details');
    if (section) section.open = true;
    field?.scrollIntoView({ block: 'center' });
    // a list takes no focus: its buttons do
    (field instanceof HTMLFieldSetElement ? field.querySelector<HTMLElement>('.adding button') : field)?.focus();
  });
}

/** Which fields hold training back, and how to go on. */
function HeldBack({ paths }: { paths: readonly string[] }) {
  return (
    <p className="held-back" role="status">
      {paths.length === 1 ? 'A field does' : `${paths.length} fields do`} not fit, so the recipe cannot be trained:{' '}
      {paths.map((path, i) => (
        <Fragment key={path}>
          {i > 0 && ', '}
          <button type="button" className="link" onClick={() => goTo(path)}>
            {path === 'model.preset' ? 'Preset' : titleAt(path)}
          </button>
        </Fragment>
      ))}
      . Correct {paths.length === 1 ? 'it' : 'them'}, or{' '}
      <button type="button" className="link" onClick={dropRefused}>
        {paths.length === 1 ? 'go back to its last good value' : 'go back to their last good values'}
      </button>
      .
    </p>
  );
}

export function TrainButton() {
  const adapter = useLab((state) => state.adapter);
  const compute = useLab((state) => state.compute);
  const live = useLab((state) => state.source === 'live' && (state.status === 'playing' || state.status === 'paused'));
  const changes = useLab((state) => draftChanges(state.draft).length);
  const refused = useLab((state) => state.refused);
  const paths = Object.keys(refused);
  const name = compute === 'cpu' ? 'Train small on the CPU' : 'Train it yourself';
  return (
    <div className="start">
      <button
        type="button"
        className="train"
        disabled={adapter.kind === 'checking' || paths.length > 0}
        onClick={() => void trainDraft()}
      >
        {live ? 'New run' : name}
      </button>
      {paths.length > 0 ? <HeldBack paths={paths} /> : <p className="promise">{promise(changes)}</p>}
    </div>
  );
}
