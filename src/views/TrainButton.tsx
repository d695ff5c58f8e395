/** The one button: trains the draft in this tab. */
import { trainDraft } from '../store/control';
import { draftChanges } from '../store/draft';
import { useLab } from './hooks';

/** What pressing the button would do, in words. */
function promise(changes: number, errors: number): string {
  if (errors > 0) return 'A field does not fit: its last good value is used.';
  if (changes === 0) return 'The recipe as it stands.';
  return `${changes} ${changes === 1 ? 'change' : 'changes'} to the recipe.`;
}

export function TrainButton() {
  const adapter = useLab((state) => state.adapter);
  const compute = useLab((state) => state.compute);
  const live = useLab((state) => state.source === 'live' && (state.status === 'playing' || state.status === 'paused'));
  const changes = useLab((state) => draftChanges(state.draft).length);
  const errors = useLab((state) => Object.keys(state.draftErrors).length);
  const name = compute === 'cpu' ? 'Train small on the CPU' : 'Train it yourself';
  return (
    <div className="start">
      <button type="button" className="train" disabled={adapter.kind === 'checking'} onClick={() => void trainDraft()}>
        {live ? 'New run' : name}
      </button>
      <p>{promise(changes, errors)}</p>
    </div>
  );
}
