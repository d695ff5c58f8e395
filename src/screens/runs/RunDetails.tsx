/** Details of a stored run: its origin, notes and checkpoints. */
import { useState } from 'react';
import { deleteCheckpoint, editRun, isEditable, isHeld, type ListedRun } from '../../store/runs';
import { storageSize } from '../../units';
import type { CheckpointRow } from '../../worker/library';
import { classes } from '../shared/classes';
import { percent } from '../shared/format';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import { saveExport } from './ExportMenu';
import { Facts } from './Facts';
import { ForkForm } from './ForkForm';
import { useRuns } from './hooks';
import styles from './RunDetails.module.css';
import { stepWords } from './words';

function Origin({ run: { name, meta } }: { readonly run: ListedRun }) {
  const facts = [
    ['Folder', name],
    ['Forked from', meta?.parent && `${meta.parent.run} at ${stepWords({ ...meta.parent, recipe: null })}`],
    ['Device', meta?.adapter],
    ['Lab version', meta?.labVersion],
  ] as const;
  return (
    <Facts
      className={styles.origin}
      facts={facts.flatMap(([what, value]) => (value ? [[what, value] as const] : []))}
    />
  );
}

function Notes({ run }: { readonly run: ListedRun }) {
  const notes = run.meta?.notes ?? '';
  return (
    <label className={styles.notes}>
      Notes
      <textarea
        key={notes}
        rows={3}
        defaultValue={notes}
        readOnly={!isEditable(run)}
        maxLength={100_000}
        onBlur={({ target }) => target.value !== notes && void editRun(run, { notes: target.value })}
      />
    </label>
  );
}

interface RowProps {
  readonly run: ListedRun;
  readonly checkpoint: CheckpointRow;
  readonly isForking: boolean;
  readonly onFork: () => void;
}

function Row({ run, checkpoint, isForking, onFork }: RowProps) {
  const { name, accuracy, bytes, isStageEnd, isPinned } = checkpoint;
  return (
    <tr>
      <th scope="row">{stepWords({ ...checkpoint, recipe: null })}</th>
      <td>{percent(accuracy)}</td>
      <td>{storageSize(bytes)}</td>
      <td>{isStageEnd ? 'stage end' : ''}</td>
      <td>
        <span className={styles.buttons}>
          {isEditable(run) && (
            <button
              type="button"
              aria-label={`Pin ${name}`}
              aria-pressed={isPinned}
              onClick={() => void editRun(run, isPinned ? { unpin: name } : { pin: name })}
            >
              {isPinned ? 'Pinned' : 'Pin'}
            </button>
          )}
          {!isHeld(run) && (
            <button
              type="button"
              aria-label={`Export the model of ${name}`}
              onClick={() => void saveExport(run, 'model', name)}
            >
              Model
            </button>
          )}
          {!isHeld(run) && (
            <button type="button" aria-label={`Fork from ${name}`} aria-expanded={isForking} onClick={onFork}>
              Fork
            </button>
          )}
          {!isHeld(run) && (
            <button type="button" aria-label={`Delete ${name}`} onClick={() => void deleteCheckpoint(run, checkpoint)}>
              Delete
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}

function Checkpoints({ run }: { readonly run: ListedRun }) {
  const checkpoints = useRuns(({ details }) => details?.checkpoints ?? null);
  const [forked, setForked] = useState<string | null>(null);
  const place = checkpoints?.find(({ name }) => name === forked);
  if (!checkpoints) return <p className={texts.empty}>Reading the checkpoints …</p>;
  if (checkpoints.length === 0) return <p className={texts.empty}>This run has no checkpoints.</p>;
  return (
    <>
      <Scroll label="Checkpoints">
        <table className={classes(table.table, table.headed, table.nowrap, styles.checkpoints)}>
          <thead>
            <tr>
              {['Checkpoint', 'Held-out, sampled', 'Size', '', ''].map((heading, i) => (
                <th key={i} scope="col">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {checkpoints.map((checkpoint) => (
              <Row
                key={checkpoint.folder}
                run={run}
                checkpoint={checkpoint}
                isForking={forked === checkpoint.name}
                onFork={() => setForked(forked === checkpoint.name ? null : checkpoint.name)}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
      {place && <ForkForm key={place.name} run={run} checkpoint={place} onClose={() => setForked(null)} />}
      <p className={texts.words}>
        While a run trains, the lab keeps stage ends, the most accurate checkpoint, the last two and the pinned ones. It
        thins the others.
      </p>
    </>
  );
}

export function RunDetails({ run }: { readonly run: ListedRun }) {
  return (
    <div className={styles.details}>
      <Origin run={run} />
      {run.meta && <Notes run={run} />}
      <div>
        <Checkpoints run={run} />
      </div>
    </div>
  );
}
