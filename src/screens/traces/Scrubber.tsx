/** Slider over the steps of the run: the reader follows it. */
import { show } from '../../store/lab';
import { useTraces } from './hooks';
import styles from './Scrubber.module.css';

/** @param step step on screen; null before one */
export function Scrubber({ step }: { readonly step: number | null }) {
  const first = useTraces((state) => state.indexed?.firstStep ?? null);
  const last = useTraces((state) => state.indexed?.lastStep ?? null);
  if (step === null || first === null || last === null) return null;
  return (
    <label className={styles.scrubber}>
      <span>
        Step {step} of {last}
      </span>
      <input
        type="range"
        min={first}
        max={last}
        value={step}
        onChange={(event) => show({ step: Number(event.target.value), token: null })}
      />
    </label>
  );
}
