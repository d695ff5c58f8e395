/** Keys of the Traces view: f finds, n p N P move, c colours, x pins. The shell has t, which collapses the thinking. */
import { useMemo } from 'react';
import type { TracePlace } from '../../lab/traces/traceIndex';
import { moveTraceBy, moveTracedStep } from '../../store/traceMoves';
import { samePlace } from '../../store/traceNotes';
import { pinTrace } from '../../store/traces';
import { useKeys } from '../shared/keys';
import { type ColorId, nextColor, type TokenNumbers } from './tokenColors';

/** Id of the search field, which a key focuses. */
export const FIND_FIELD = 'find-traces';

const move = (by: number) => void moveTraceBy(by).catch(() => {}); // the store reports a worker that fails

/** @param place trace on screen; null before one */
export function useTableKeys(place: TracePlace | null): void {
  const { step = null, group = 0, rollout = 0 } = place ?? {};
  const bindings = useMemo(() => {
    const moveStep = (by: number) => step !== null && moveTracedStep({ step, group, rollout }, by);
    return [
      { key: 'f', label: 'Find text', run: () => document.getElementById(FIND_FIELD)?.focus() },
      { key: 'n', label: 'Next trace of the table', run: () => move(1) },
      { key: 'p', label: 'Previous trace of the table', run: () => move(-1) },
      { key: 'N', label: 'Next step', run: () => moveStep(1) },
      { key: 'P', label: 'Previous step', run: () => moveStep(-1) },
    ];
  }, [step, group, rollout]);
  useKeys('Traces', bindings);
}

interface ReaderState {
  readonly place: TracePlace;
  readonly pinned: TracePlace | null;
  readonly numbers: TokenNumbers;
  readonly color: ColorId;
  readonly onColor: (color: ColorId) => void;
}

export function useReaderKeys({ place, pinned, numbers, color, onColor }: ReaderState): void {
  const { rollout, updates, inspection } = numbers;
  const { step, group, rollout: completion } = place;
  const bindings = useMemo(() => {
    const here = { step, group, rollout: completion };
    return [
      { key: 'c', label: 'Next colouring', run: () => onColor(nextColor(color, { rollout, updates, inspection })) },
      { key: 'x', label: 'Pin, or unpin', run: () => pinTrace(pinned && samePlace(pinned, here) ? null : here) },
    ];
  }, [step, group, completion, pinned, rollout, updates, inspection, color, onColor]);
  useKeys('Trace on screen', bindings);
}
