/** Bar above the cards: the two sets of edits, and what can be done with the shown one. */

import type { Recipe } from '../../lab/recipe/recipe';
import { openNewRun } from '../../store/lab';
import { openLinked } from '../../store/replace';
import { applyReward, chooseSlot, copyToOther, dropB, type Edited, resetSlot } from '../../store/rewardEdits';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import styles from './ActionBar.module.css';
import { useEdits } from './hooks';
import { changesWords } from './words';

/** Loads the edited recipe into New run, after asking where changes would be lost. */
async function openAsNewRun(recipe: Recipe): Promise<void> {
  if (await openLinked(recipe, '')) openNewRun();
}

function Slots({ changes }: { readonly changes: number }) {
  const slot = useEdits((state) => state.slot);
  const hasB = useEdits((state) => state.B !== null);
  const other = slot === 'A' ? 'B' : 'A';
  return (
    <div className={styles.slots} role="group" aria-label="Edited rewards">
      {(['A', 'B'] as const).map((one) => (
        <button key={one} type="button" aria-pressed={slot === one} onClick={() => chooseSlot(one)}>
          Reward {one}
          {one === 'B' && !hasB && ' +'}
        </button>
      ))}
      <span data-testid="edit-count">{changes === 0 ? 'as the run has it' : changesWords(changes)}</span>
      {hasB && (
        <>
          <button type="button" onClick={copyToOther}>
            Copy {slot} to {other}
          </button>
          <button type="button" onClick={dropB}>
            Drop B
          </button>
        </>
      )}
      <button type="button" disabled={changes === 0} onClick={resetSlot}>
        Reset all
      </button>
    </div>
  );
}

function Outcome() {
  const applied = useEdits((state) => state.applied);
  if (!applied) return null;
  if (applied.state === 'waiting')
    return (
      <Notice kind="note" shape="banner">
        Waits for the end of the current step.
      </Notice>
    );
  if (applied.state === 'refused')
    return (
      <Notice kind="error" shape="banner">
        {applied.message}
      </Notice>
    );
  const { stage, step, fields } = applied.event;
  return (
    <Notice kind="success" shape="banner">
      {`Applies from ${stage === 'sft' ? 'SFT step' : 'step'} ${step + 1}: ${Object.keys(fields).join(', ')}`}
    </Notice>
  );
}

interface ActionBarProps {
  readonly edited: Edited;
  readonly onFork: () => void;
}

export function ActionBar({ edited, onFork }: ActionBarProps) {
  const isLive = useLab(({ source, status }) => source === 'live' && (status === 'playing' || status === 'paused'));
  const runName = useLab((state) => state.runName);
  const waits = useEdits((state) => state.applied?.state === 'waiting');
  const { recipe, fields } = edited;
  const ready = recipe !== null && fields.length > 0;
  return (
    <div className={styles.bar} role="region" aria-label="Edited reward">
      <Slots changes={fields.length} />
      <div className={styles.actions}>
        {isLive ? (
          <button
            type="button"
            className={styles.primary}
            disabled={!ready || waits}
            onClick={() => void applyReward()}
          >
            Apply now
          </button>
        ) : (
          <button
            type="button"
            className={styles.primary}
            disabled={!ready}
            title="No run trains here: the edited reward opens in New run"
            onClick={() => recipe && void openAsNewRun(recipe)}
          >
            Use in a new run
          </button>
        )}
        <button
          type="button"
          disabled={recipe === null || runName === null}
          title={runName === null ? 'A fork needs a stored run with a checkpoint' : undefined}
          onClick={onFork}
        >
          Fork from a step …
        </button>
      </div>
      {edited.faults && (
        <p className={classes(styles.faults)} role="status">
          Fix the highlighted setting: {Object.keys(edited.faults).join(', ')}
        </p>
      )}
      <Outcome />
    </div>
  );
}
