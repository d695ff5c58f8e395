/**
 * Buttons that train in this tab: the draft, and on a CPU also the small recipe. Each says what it trains. Known faults of the
 * draft disable its button, with the reason and a way to go on.
 */
import { lazy, Suspense } from 'react';
import { recipeByName } from '../../lab/recipe/presets';
import { SMALL_RECIPE } from '../../store/cpuSpeed';
import { draftMemory } from '../../store/memory';
import { heldBack, startTraining, trainSmall } from '../../store/start';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import styles from './TrainButton.module.css';

// it names fields, whose titles the first picture does not need
const FieldFaults = lazy(() => import('./FieldFaults').then(({ FieldFaults }) => ({ default: FieldFaults })));
// without the measured speed, the buttons have no time
const times = () => import('./TrainTime').catch(() => ({ DraftTime: () => null, SmallTime: () => null }));
const DraftTime = lazy(() => times().then(({ DraftTime }) => ({ default: DraftTime })));
const SmallTime = lazy(() => times().then(({ SmallTime }) => ({ default: SmallTime })));

const small = recipeByName(SMALL_RECIPE);

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

interface ChoiceProps {
  readonly isMain: boolean;
  readonly disabled?: boolean;
}

/** Trains the draft. */
function TrainDraft({ isMain, disabled }: ChoiceProps) {
  const title = useLab((state) => state.draft.title);
  const onCpu = useLab((state) => state.compute === 'cpu');
  const place = onCpu ? 'on the CPU' : 'in this tab';
  return (
    <button
      type="button"
      className={classes(styles.train, isMain && styles.main)}
      disabled={disabled}
      onClick={() => void startTraining()}
    >
      Train {isMain ? place : `“${title}” ${place}`}
      <Suspense fallback={null}>
        <DraftTime />
      </Suspense>
    </button>
  );
}

/** Trains the small recipe, which suits a CPU. */
function TrainSmall({ isMain, disabled }: ChoiceProps) {
  const title = useLab((state) => state.draft.title);
  return (
    <>
      <button
        type="button"
        className={classes(styles.train, isMain && styles.main)}
        disabled={disabled}
        onClick={() => void trainSmall()}
      >
        Train the small model (CPU
        <Suspense fallback={null}>
          <SmallTime />
        </Suspense>
        )
      </button>
      <p className={styles.promise}>
        Suggested on a CPU: “{small.title}”. New run keeps “{title}”.
      </p>
    </>
  );
}

/** @param forDraft true below the fields of the draft, whose button then comes first */
export function TrainButton({ forDraft = false }: { readonly forDraft?: boolean }) {
  const checking = useLab((state) => state.adapter.kind === 'checking');
  const [draft, refused] = [useLab((state) => state.draft), useLab((state) => state.refused)];
  const [checked, memory] = [useLab((state) => state.checked), useLab((state) => state.memory)];
  const isChanged = useLab(
    (state) => state.draft !== state.loaded && JSON.stringify(state.draft) !== JSON.stringify(state.loaded),
  );
  const offersSmall = useLab((state) => state.compute === 'cpu') && draft.name !== SMALL_RECIPE;
  const held = heldBack({ draft, refused, checked, memory });
  const paths = held?.paths ?? [];
  const tooLarge = held?.memory ?? null;
  const draftFirst = !offersSmall || forDraft || isChanged || paths.length > 0;
  const ofDraft = <TrainDraft isMain={draftFirst} disabled={checking || held !== null} />;
  return (
    <div className={styles.start} data-testid="start">
      {draftFirst && ofDraft}
      {paths.length > 0 && (
        <Suspense fallback={null}>
          <FieldFaults paths={paths} />
        </Suspense>
      )}
      {paths.length === 0 && tooLarge !== null && <MemoryFault reason={tooLarge} />}
      {offersSmall && <TrainSmall isMain={!draftFirst} disabled={checking} />}
      {!draftFirst && ofDraft}
    </div>
  );
}
