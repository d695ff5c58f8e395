/** The Traces view's store in React, and the width of the window. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { askTraces, type TracesState, traces } from '../../store/traces';
import type { TracedStep } from '../../worker/traces';
import { shownGroup, useLab } from '../shared/hooks';

export const useTraces = <T>(select: (state: TracesState) => T): T => useStore(traces, select);

const narrow = () => matchMedia('(max-width: 640px)');

/** True on a phone. */
export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      const media = narrow();
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => narrow().matches,
  );

/** A step from the worker: null while it is read. */
export interface LoadedStep {
  readonly loaded: TracedStep | null;
  readonly fault: string | null;
}

/** Reads a step of the run on screen. The last one stays until the next is there. @param step null for none */
export function useTracedStep(step: number | null): LoadedStep {
  const run = useTraces((state) => state.run);
  const [state, setState] = useState<LoadedStep & { readonly run: string | null }>({ loaded: null, fault: null, run });
  useEffect(() => {
    let over = false;
    if (step === null || run === null) return;
    askTraces((commands) => commands.step(step)).then(
      (loaded) => !over && setState({ loaded, fault: null, run }),
      (error: Error) => !over && setState({ loaded: null, fault: error.message, run }),
    );
    return () => {
      over = true;
    };
  }, [step, run]);
  return state.run === run ? state : { loaded: null, fault: null };
}

/** Trace on screen: the chosen one, or the first of the selection. */
export function useShownPlace(): { readonly place: TracePlace | null; readonly step: LoadedStep } {
  const step = useLab((state) => state.step);
  const group = useLab((state) => state.group);
  const rollout = useLab((state) => state.rollout);
  const selected = useTraces((state) => state.selected);
  const [first, setFirst] = useState<TracePlace | null>(null);
  const id = selected?.id;
  useEffect(() => {
    let over = false;
    if (step === null && id !== undefined)
      askTraces((commands) => commands.at(0)).then(
        (place) => !over && setFirst(place),
        () => {}, // the store reports a worker that fails
      );
    return () => {
      over = true;
    };
  }, [step, id]);
  const wanted = step ?? first?.step ?? null;
  const read = useTracedStep(wanted);
  const { event } = read.loaded ?? {};
  if (!event || event.step !== wanted) {
    const known = step === null ? first : group === null ? null : { step, group, rollout };
    return { place: known, step: read };
  }
  const g = step === null ? first!.group : shownGroup(event, group);
  const most = event.groups[g]!.rollouts.length - 1;
  return {
    place: { step: wanted, group: g, rollout: step === null ? first!.rollout : Math.min(rollout, most) },
    step: read,
  };
}
