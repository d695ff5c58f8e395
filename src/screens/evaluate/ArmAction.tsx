/** Button that runs a setting of an experiment in this tab, with the time that it takes and what it consists of. */
import { useMemo } from 'react';
import { trainedText } from '../../lab/recipe/recipeHash';
import { type Arm, recipeOfRun } from '../../lab/report/arm';
import type { StoredArm } from '../../lab/report/storedArms';
import { show } from '../../store/lab';
import { type ArmAt, armSeconds, nextRun, runArm } from '../../store/reportArms';
import { duration } from '../../units';
import { useLab } from '../shared/hooks';
import styles from './Arms.module.css';
import { useEvaluate, useReportArms, useTrainedHere } from './hooks';

/** Work of a setting in words; null for a single run. */
function planWords({ runs, evaluation }: Arm): string | null {
  if (evaluation) return `one run, then ${evaluation.samples} answers to each of ${evaluation.problems} problems`;
  return runs.length > 1 ? `${runs.length} runs: ${runs.map(({ name }) => name).join('; ')}` : null;
}

/** Label of the button for what the setting needs next; null if nothing. */
function labelOf(arm: Arm, stored: StoredArm | null): string | null {
  const next = nextRun(arm, stored);
  if (next === null) return stored?.cells ? null : 'Evaluate this setting';
  if (stored?.runs[next]) return 'Continue this setting';
  return next === 0 && arm.runs.every((_, i) => !stored?.runs[i])
    ? 'Run this setting'
    : `Run “${arm.runs[next]?.name}”`;
}

/** True if the run that trains here is one of the setting. */
function useIsTraining(arm: Arm, seed: number): boolean {
  const trained = useTrainedHere();
  return useMemo(
    () => trained !== null && arm.runs.some((run) => trainedText(recipeOfRun(run, seed)) === trained),
    [trained, arm, seed],
  );
}

export function ArmAction({ at, stored }: { readonly at: ArmAt; readonly stored: StoredArm | null }) {
  const { experiment, arm, seed } = at;
  const [adapter, compute] = [useLab((state) => state.adapter), useLab((state) => state.compute)];
  const failed = useReportArms((state) => state.failed);
  const isEvaluating = useEvaluate((state) => state.running !== null);
  const isTraining = useIsTraining(arm, seed);
  const sizes = useReportArms((state) => state.sizes);
  const seconds = useMemo(
    () => armSeconds(arm, stored, { adapter, compute }, sizes),
    [arm, stored, adapter, compute, sizes],
  );
  const label = labelOf(arm, stored);
  const plan = planWords(arm);
  if (isTraining)
    return (
      <div className={styles.action}>
        <span>Training now, seed {seed}</span>
        <button type="button" aria-label={`Show the run of ${arm.arm}`} onClick={() => show({ screen: 'train' })}>
          Show
        </button>
      </div>
    );
  if (label === null) return <span className={styles.done}>Seed {seed} has run: see below.</span>;
  const isBlocked = adapter.kind === 'checking' || (label === 'Evaluate this setting' && isEvaluating);
  return (
    <div className={styles.action}>
      <button
        type="button"
        className={styles.run}
        disabled={isBlocked}
        aria-label={`${label}: ${arm.arm}, seed ${seed}`}
        onClick={() => void runArm(at)}
      >
        {label}
      </button>
      <small>
        {seconds === null ? 'time unknown until the first run' : `≈ ${duration(seconds)}`}
        {plan && `; ${plan}`}
      </small>
      {failed?.experiment === experiment && failed.arm === arm.arm && (
        <span role="alert" className={styles.fault}>
          {failed.message}
        </span>
      )}
    </div>
  );
}
