/** Button that trains the draft in this tab. Known faults of the draft disable it, with the reason and a way to go on. */
import { lazy, Suspense } from 'react';
import { recipeByName } from '../../lab/recipe/presets';
import { draftMemory } from '../../store/memory';
import { heldBack, SMALL_RECIPE, startTraining, trainSmall } from '../../store/start';
import { useLab } from '../shared/hooks';
import styles from './TrainButton.module.css';

// it names fields, whose titles the first picture does not need
const FieldFaults = lazy(() => import('./FieldFaults').then(({ FieldFaults }) => ({ default: FieldFaults })));

const SMALL_TITLE = recipeByName(SMALL_RECIPE).title;

/** Reason why the recipe does not fit the device, and a way to go on. */
function MemoryFault({ reason }: { reason: string }) {
  return (
    <p className={styles.heldBack} role="status">
      This recipe cannot train here: {reason}{' '}
      <button type="button" className={styles.link} onClick={() => void draftMemory()}>
        Check again
      </button>
    </p>
  );
}

/** Choice on the CPU between the small recipe and the draft. */
function CpuChoice({ title, trainable }: { title: string; trainable: boolean }) {
  return (
    <p className={styles.promise}>
      Starts “{SMALL_TITLE}” instead of “{title}”, which may take hours on the CPU.{' '}
      <button type="button" className={styles.link} disabled={!trainable} onClick={() => void startTraining()}>
        Train “{title}” on the CPU anyway
      </button>
    </p>
  );
}

export function TrainButton() {
  const checking = useLab((state) => state.adapter.kind === 'checking');
  const [draft, refused] = [useLab((state) => state.draft), useLab((state) => state.refused)];
  const [checked, memory] = [useLab((state) => state.checked), useLab((state) => state.memory)];
  const small = useLab((state) => state.compute === 'cpu');
  const title = useLab((state) => state.draft.title);
  const other = useLab((state) => state.compute === 'cpu' && state.draft.name !== SMALL_RECIPE);
  const held = heldBack({ draft, refused, checked, memory });
  const paths = held?.paths ?? [];
  // a draft that is too large for the device does not prevent the small recipe
  const tooLarge = held?.memory ?? null;
  const name = small ? 'Train the small model (CPU)' : 'Train in this tab';
  return (
    <div className={styles.start} data-testid="start">
      <button
        type="button"
        className={styles.train}
        disabled={checking || paths.length > 0 || (tooLarge !== null && !other)}
        onClick={() => void (small ? trainSmall : startTraining)()}
      >
        {name}
      </button>
      {paths.length > 0 ? (
        <Suspense fallback={null}>
          <FieldFaults paths={paths} />
        </Suspense>
      ) : other ? (
        <CpuChoice title={title} trainable={tooLarge === null} />
      ) : (
        tooLarge !== null && <MemoryFault reason={tooLarge} />
      )}
    </div>
  );
}
