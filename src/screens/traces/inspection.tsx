/** Numbers of a trace under the weights of a checkpoint: their switch, their state in words, and the hook that reads them. */
import { useEffect, useState } from 'react';
import type { StoredInspection } from '../../lab/stored/inspected';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { askTraces, toggleInspection } from '../../store/traces';
import texts from '../shared/text.module.css';
import { useTraces } from './hooks';
import styles from './TraceTokens.module.css';

export interface Inspected {
  readonly inspection: StoredInspection | null;
  /** Reason for which there is none; null while it is read. */
  readonly fault: string | null;
}

const NONE: Inspected = { inspection: null, fault: null };

/** @param place null for none */
export function useInspection(place: TracePlace | null): Inspected {
  const inspects = useTraces((state) => state.inspects);
  const [state, setState] = useState<Inspected & { readonly key: string | null }>({ ...NONE, key: null });
  const key = place && `${place.step}/${place.group}/${place.rollout}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is the place
  useEffect(() => {
    let over = false;
    if (!inspects || !place) return;
    askTraces((commands) => commands.inspect(place)).then(
      (inspection) => !over && setState({ inspection, fault: null, key }),
      (error: Error) => !over && setState({ inspection: null, fault: error.message, key }),
    );
    return () => {
      over = true;
    };
  }, [inspects, key]);
  return inspects && state.key === key ? state : NONE;
}

/** Checkpoint whose weights gave the numbers, and their distance from the weights that wrote the trace. */
export function weightsWords({ weights: { checkpoint, stage, step }, step: wrote }: StoredInspection): string {
  const missing = wrote - 1 - (stage === 'grpo' ? step : 0);
  if (stage === 'grpo' && missing === 0) return `Computed with ${checkpoint}: the weights that wrote this trace.`;
  const steps = Math.abs(missing) === 1 ? '1 step' : `${Math.abs(missing)} steps`;
  const distance = stage !== 'grpo' ? 'from before GRPO' : missing > 0 ? `${steps} earlier` : `${steps} later`;
  return `Computed with ${checkpoint} (${distance}): other weights wrote this trace, so its own numbers differ.`;
}

export function InspectionSwitch({ inspected: { inspection, fault } }: { readonly inspected: Inspected }) {
  const inspects = useTraces((state) => state.inspects);
  return (
    <div className={styles.inspection}>
      <button type="button" aria-pressed={inspects} onClick={toggleInspection}>
        Recompute with a checkpoint
      </button>
      <span className={texts.words} role="status" data-testid="inspection">
        {!inspects && 'Adds top 5, gradient share, and the probabilities under other weights.'}
        {inspects && fault !== null && `Only the numbers of the journal: ${fault}.`}
        {inspects && fault === null && (inspection ? weightsWords(inspection) : 'Computing …')}
      </span>
    </div>
  );
}
