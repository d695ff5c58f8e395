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

/** Name of the weights, and how far they are from those that wrote the trace. */
const weightsWords = ({ weights: { checkpoint, stage, step }, step: wrote }: StoredInspection): string =>
  `Weights of checkpoint ${checkpoint}: ${stage.toUpperCase()}, step ${step}. ${
    stage === 'grpo' && step === wrote - 1
      ? 'They wrote this trace.'
      : `Step ${wrote} wrote this trace with the weights after step ${wrote - 1}, so its own numbers differ.`
  }`;

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
