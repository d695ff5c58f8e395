/** The one button: trains the draft in this tab. What is known not to run holds it back. */
import { Fragment } from 'react';
import { recipeByName } from '../lab/recipe/presets';
import { draftChanges, dropRefused } from '../store/draft';
import { lab } from '../store/lab';
import { draftMemory } from '../store/memory';
import { heldBack, SMALL_RECIPE, startTraining, trainSmall } from '../store/start';
import { titleAt } from './fields';
import { useLab } from './hooks';

const SMALL_TITLE = recipeByName(SMALL_RECIPE).title;

/** What pressing the button would do, in words. */
function promise(changes: number): string {
  if (changes === 0) return 'No changes to the recipe.';
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
function FieldsHoldBack({ paths }: { paths: readonly string[] }) {
  const refused = useLab((state) => Object.keys(state.refused).length);
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
      . Correct {paths.length === 1 ? 'it' : 'them'}
      {refused > 0 ? (
        <>
          , or{' '}
          <button type="button" className="link" onClick={dropRefused}>
            {refused === 1 ? 'go back to its last good value' : 'go back to their last good values'}
          </button>
          .
        </>
      ) : (
        ', or set the weight of your own term to 0.'
      )}
    </p>
  );
}

/** Shows the reason for which the device does not take the recipe, and a way to go on. */
function MemoryHoldsBack({ reason }: { reason: string }) {
  return (
    <p className="held-back" role="status">
      The recipe cannot be trained here: {reason}{' '}
      <button type="button" className="link" onClick={() => void draftMemory()}>
        Check again
      </button>
    </p>
  );
}

/** On the CPU any other recipe than the small one has a button of its own. */
function CpuChoice({ title, trainable }: { title: string; trainable: boolean }) {
  return (
    <p className="promise cpu">
      Starts “{SMALL_TITLE}” in place of “{title}”, which may take hours on the CPU.{' '}
      <button type="button" className="link" disabled={!trainable} onClick={() => void startTraining()}>
        Train “{title}” on the CPU all the same
      </button>
    </p>
  );
}

export function TrainButton() {
  const checking = useLab((state) => state.adapter.kind === 'checking');
  const live = useLab((state) => state.source === 'live' && (state.status === 'playing' || state.status === 'paused'));
  const changes = useLab((state) => draftChanges(state.draft).length);
  const [draft, refused] = [useLab((state) => state.draft), useLab((state) => state.refused)];
  const [checked, memory] = [useLab((state) => state.checked), useLab((state) => state.memory)];
  const small = useLab((state) => state.compute === 'cpu');
  const title = useLab((state) => state.draft.title);
  const other = useLab((state) => state.compute === 'cpu' && state.draft.name !== SMALL_RECIPE);
  const held = heldBack({ draft, refused, checked, memory });
  const paths = held?.paths ?? [];
  // that the draft does not fit the device keeps no other recipe from it
  const tooLarge = held?.memory ?? null;
  const name = live && !other ? 'New run' : small ? 'Train small on the CPU' : 'Train it yourself';
  return (
    <div className="start">
      <button
        type="button"
        className="train"
        disabled={checking || paths.length > 0 || (tooLarge !== null && !other)}
        onClick={() => void (small ? trainSmall : startTraining)()}
      >
        {name}
      </button>
      {paths.length > 0 ? (
        <FieldsHoldBack paths={paths} />
      ) : other ? (
        <CpuChoice title={title} trainable={tooLarge === null} />
      ) : tooLarge !== null ? (
        <MemoryHoldsBack reason={tooLarge} />
      ) : (
        <p className="promise">{promise(changes)}</p>
      )}
    </div>
  );
}
