/** Bar above the cards: the two sets of edits, and what can be done with the shown one. */
import { useStore } from 'zustand';
import type { Recipe } from '../../lab/recipe/recipe';
import { openNewRun } from '../../store/lab';
import { openLinked } from '../../store/replace';
import {
  applied,
  applyReward,
  chooseSlot,
  copyToOther,
  dropB,
  type Edited,
  leaveLink,
  resetSlot,
} from '../../store/rewardEdits';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { tip } from '../shared/tip';
import styles from './ActionBar.module.css';
import { useEdits, type Working } from './hooks';
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
  const last = useStore(applied, (state) => state.last);
  if (!last) return null;
  if (last.state === 'waiting')
    return (
      <Notice kind="note" shape="banner">
        Waits for the end of the current step.
      </Notice>
    );
  if (last.state === 'refused')
    return (
      <Notice kind="error" shape="banner">
        {last.message}
      </Notice>
    );
  const { stage, step, fields } = last.event;
  return (
    <Notice kind="success" shape="banner">
      {`Applies from ${stage === 'sft' ? 'SFT step' : 'step'} ${step + 1}: ${Object.keys(fields).join(', ')}`}
    </Notice>
  );
}

/** Note that the edits belong to the recipe of a link, while a recording of another recipe is on screen. */
function LinkNote() {
  const linked = useLab(({ source, reward }) => (source === 'replay' ? reward.base : null));
  const title = useLab(({ run }) => run.start?.recipe.title);
  if (!linked || title === undefined || linked.title === title) return null;
  return (
    <Notice kind="note" shape="banner">
      {`The edits of this link belong to “${linked.title}”. The rollouts below are of the recorded run, “${title}”.`}{' '}
      <button type="button" onClick={leaveLink}>
        Use the recorded run’s reward
      </button>
    </Notice>
  );
}

interface ActionBarProps {
  readonly edited: Edited;
  readonly working: Working;
  readonly onFork: () => void;
}

export function ActionBar({ edited, working, onFork }: ActionBarProps) {
  const isLive = useLab(({ source, status }) => source === 'live' && (status === 'playing' || status === 'paused'));
  const runName = useLab((state) => state.runName);
  const waits = useStore(applied, ({ last }) => last?.state === 'waiting');
  const { recipe, fields } = edited;
  const isRight = recipe !== null && working.fault === null;
  const ready = isRight && fields.length > 0;
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
            {...tip('No run trains here: the edited reward opens in New run')}
            onClick={() => recipe && void openAsNewRun(recipe)}
          >
            Use in a new run
          </button>
        )}
        <button
          type="button"
          disabled={!isRight || runName === null}
          {...tip(runName === null ? 'A fork needs a stored run with a checkpoint' : undefined)}
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
      {recipe && working.fault !== null && (
        <p className={styles.faults} role="status">
          Fix the JavaScript of your own term: {working.fault}
        </p>
      )}
      <LinkNote />
      <Outcome />
    </div>
  );
}
