/** One stored run: title, state, figures and actions; its details open below. */
import { useStore } from 'zustand';
import { compared, toggleChosen } from '../../store/compared';
import { MOST_COMPARED } from '../../store/lab';
import {
  canContinue,
  deleteRun,
  editRun,
  faultOf,
  isEditable,
  isHeld,
  type ListedRun,
  openRun,
  resumeRun,
  titleOf,
  toggleDetails,
} from '../../store/runs';
import { storageSize } from '../../units';
import { classes } from '../shared/classes';
import { fixed, signed } from '../shared/format';
import { useLab, useRun } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { tip } from '../shared/tip';
import { ExportMenu } from './ExportMenu';
import { Facts } from './Facts';
import { useRuns } from './hooks';
import styles from './RunCard.module.css';
import { RunDetails } from './RunDetails';
import { Sparklines } from './Sparklines';
import { accuraciesOf, dateWords, liveFacts, recipeWords, stateOf, stepWords } from './words';

/** Title that is edited in place: Enter keeps the new one, Escape the old one. */
function Title({ run }: { readonly run: ListedRun }) {
  const title = titleOf(run);
  if (!isEditable(run)) return <b className={styles.fixed}>{title}</b>;
  const { title: own = '' } = run.meta ?? {};
  const keep = (input: HTMLInputElement) => {
    if (input.value !== own) void editRun(run, { title: input.value.trim() });
  };
  return (
    <input
      key={own}
      className={styles.title}
      aria-label={`Title of ${title}`}
      {...tip('Rename')}
      defaultValue={own}
      placeholder={titleOf({ ...run, meta: null })}
      maxLength={200}
      onBlur={({ target }) => keep(target)}
      onKeyDown={(event) => {
        const input = event.currentTarget;
        if (event.key === 'Escape') input.value = own;
        if (event.key === 'Enter' || event.key === 'Escape') input.blur();
      }}
    />
  );
}

function State({ run }: { readonly run: ListedRun }) {
  const status = useLab((state) => state.status);
  const { words, tone } = stateOf(run, status);
  return <span className={classes(styles.state, styles[tone])}>{words}</span>;
}

function Figures({ run }: { readonly run: ListedRun }) {
  return (
    <Facts
      className={styles.figures}
      facts={[
        ['Step', stepWords(run)],
        ...accuraciesOf(run),
        ['Reward', run.reward === null ? fixed(null, 2) : signed(run.reward)],
        ['Size', storageSize(run.bytes)],
      ]}
    />
  );
}

/** Figures of the run that this tab trains: newer than the list. */
function LiveFigures({ run }: { readonly run: ListedRun }) {
  const live = useRun();
  return <Figures run={{ ...run, ...liveFacts(live) }} />;
}

function Actions({ run }: { readonly run: ListedRun }) {
  const busy = useRuns(({ busy }) => (busy?.run === run.name ? busy.action : null));
  const isOpen = useRuns(({ details }) => details?.run === run.name);
  const title = titleOf(run);
  return (
    <div className={styles.actions} role="group" aria-label={`Actions for ${title}`}>
      {!run.isHere && (
        <button type="button" onClick={() => void openRun(run)}>
          Open
        </button>
      )}
      {canContinue(run) && (
        <button type="button" className={styles.primary} disabled={busy !== null} onClick={() => void resumeRun(run)}>
          Continue
        </button>
      )}
      {!isHeld(run) && (
        <>
          <ExportMenu run={run} isBusy={busy !== null} />
          <button type="button" disabled={busy !== null} onClick={() => void deleteRun(run)}>
            {busy === 'delete' ? 'Deleting …' : 'Delete'}
          </button>
        </>
      )}
      <button type="button" aria-expanded={isOpen} onClick={() => void toggleDetails(run.name)}>
        Details
      </button>
    </div>
  );
}

/** Chooses the run for a comparison. */
function Choose({ run }: { readonly run: ListedRun }) {
  const isChosen = useStore(compared, ({ chosen }) => chosen.includes(run.name));
  const isFull = useStore(compared, ({ chosen }) => chosen.length >= MOST_COMPARED);
  return (
    <label className={styles.choose}>
      <input
        type="checkbox"
        checked={isChosen}
        disabled={isFull && !isChosen}
        onChange={() => toggleChosen(run.name)}
        aria-label={`Compare ${titleOf(run)}`}
      />
      Compare
    </label>
  );
}

export function RunCard({ run }: { readonly run: ListedRun }) {
  const failed = useRuns((state) => state.failed);
  const isOpen = useRuns(({ details }) => details?.run === run.name);
  return (
    <li className={styles.card} aria-label={titleOf(run)} id={`run-${run.name}`}>
      <div className={styles.head}>
        <Title run={run} />
        <State run={run} />
        <Choose run={run} />
        {run.meta && (
          <time className={styles.date} dateTime={run.meta.created}>
            {dateWords(run.meta.created)}
          </time>
        )}
      </div>
      <p className={styles.about}>{recipeWords(run)}</p>
      <div className={styles.body}>
        {run.isHere ? <LiveFigures run={run} /> : <Figures run={run} />}
        <Sparklines run={run} />
        <Actions run={run} />
      </div>
      {run.fault && !isHeld(run) && (
        <Notice kind="warning" shape="banner">
          <b>{run.state === 'damaged' ? 'Damaged.' : 'Cut off.'}</b> {faultOf(run)}.{' '}
          {canContinue(run) && 'Continue goes on from the newest good checkpoint.'}
        </Notice>
      )}
      {failed?.run === run.name && (
        <Notice kind="error" shape="banner">
          {failed.message}
        </Notice>
      )}
      {isOpen && <RunDetails run={run} />}
    </li>
  );
}
