/** Storage of the runs: bytes used of the quota, and whether the browser may delete runs by itself. */
import { useStore } from 'zustand';
import { largest, titleOf } from '../../store/runs';
import { isNearlyFull, keepRuns, storage } from '../../store/storage';
import { storageSize } from '../../units';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import { useRuns } from './hooks';
import styles from './Storage.module.css';
import { usageWords } from './words';

/** Runs that the hint of a full storage names. */
const NAMED = 3;

/** @param runs bytes of the runs */
function Bar({ runs, usage, quota }: { readonly runs: number; readonly usage: number; readonly quota: number }) {
  const share = (bytes: number) => `${(100 * Math.min(bytes, quota)) / quota}%`;
  return (
    <div
      className={styles.bar}
      role="meter"
      aria-label="Storage used"
      aria-valuemin={0}
      aria-valuemax={quota}
      aria-valuenow={Math.min(usage, quota)}
      aria-valuetext={usageWords({ runs, usage, quota })}
    >
      <span className={styles.runs} style={{ width: share(Math.min(runs, usage)) }} />
      <span className={styles.others} style={{ width: share(Math.max(0, usage - runs)) }} />
    </div>
  );
}

function Persistence() {
  const isKept = useStore(storage, (state) => state.isKept);
  const isDeclined = useStore(storage, (state) => state.isDeclined);
  if (isKept === null) return null;
  if (isKept) return <p className={texts.words}>The browser keeps the runs until you delete them.</p>;
  return (
    <p className={styles.keep}>
      <span>
        The browser may delete runs when space runs out.
        {isDeclined && ' It declined to keep them: bookmark or install this page, then ask again.'}
      </span>
      <button type="button" onClick={() => void keepRuns()}>
        Keep them
      </button>
    </p>
  );
}

/** Hint about what to delete, where the storage is nearly full. */
export function NearlyFull() {
  const list = useRuns((state) => state.list);
  const isFull = useStore(storage, isNearlyFull);
  if (!isFull) return null;
  const names = largest(list, NAMED).map((run) => `“${titleOf(run)}” (${storageSize(run.bytes)})`);
  return (
    <Notice kind="warning" shape="banner">
      <b>The storage is nearly full.</b> A training pauses when it is full. Delete runs that you no longer need
      {names.length > 0 && `; the largest: ${names.join(', ')}`}.
    </Notice>
  );
}

export function Storage() {
  const { usage, quota } = useStore(storage);
  const runs = useRuns(({ list }) => list.reduce((sum, { bytes }) => sum + bytes, 0));
  return (
    <Panel title="Storage">
      {usage !== null && quota !== null && quota > 0 && <Bar runs={runs} usage={usage} quota={quota} />}
      <p className={texts.words}>{usageWords({ runs, usage, quota })}</p>
      <Persistence />
    </Panel>
  );
}
