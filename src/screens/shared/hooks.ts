/** The store in React. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { GrpoEvent } from '../../lab/run/events';
import { standardDeviation } from '../../stats';
import { type LabState, lab } from '../../store/lab';
import { openStep } from '../../store/opened';
import type { RunData } from '../../store/run';

export const useLab = <T>(select: (state: LabState) => T): T => useStore(lab, select);

/** Delay of the group, which updates after the charts, ms. */
const GROUP_DELAY = 240;

/** Milliseconds between two updates of the same chart or list while a run goes on. */
const REDRAW_MS = 250;

/**
 * Run on screen. It updates at most four times a second, `delay` milliseconds after the others. So the charts of a screen
 * update one after another, and no frame has to draw all of them.
 */
export function useRun(delay = 0): RunData {
  const [shown, setShown] = useState(() => ({ run: lab.getState().run }));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const take = () => {
      timer = null;
      setShown({ run: lab.getState().run });
    };
    const unsubscribe = lab.subscribe((state, before) => {
      if (state.run !== before.run) {
        if (timer !== null) clearTimeout(timer);
        timer = setTimeout(take, delay);
      } else if (state.version !== before.version) timer ??= setTimeout(take, REDRAW_MS + delay);
    });
    timer = setTimeout(take, delay);
    return () => {
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
    };
  }, [delay]);
  return shown.run;
}

/** Index of the chosen group, clamped to the groups that exist; without a choice, of the group with the widest reward spread. */
export function shownGroup({ groups }: Pick<GrpoEvent, 'groups'>, chosen: number | null): number {
  if (chosen !== null) return Math.min(chosen, groups.length - 1);
  const spreads = groups.map(({ rollouts }) => standardDeviation(rollouts.map(({ reward }) => reward)));
  return spreads.indexOf(Math.max(...spreads));
}

/** GRPO step on screen. Old rollouts are read back: `reading` until they are there, and `fault` if they cannot be read. */
export interface ShownStep {
  readonly run: RunData;
  readonly shown: GrpoEvent | null;
  readonly reading: boolean;
  readonly fault: string | null;
}

/** GRPO step on screen, with its run: the chosen step, clamped to the steps that exist, or the latest. */
export function useShownStep(): ShownStep {
  const run = useRun(GROUP_DELAY);
  const chosen = useLab((state) => state.step);
  const opened = useLab((state) => state.opened);
  const { firstStep, last } = run.grpo;
  const step = Math.min(Math.max(chosen ?? Infinity, firstStep ?? 0), last?.step ?? 0);
  const event = run.grpo.event(step);
  const isOld = event !== null && event.groups.length === 0;
  const readable = useLab((state) => state.source === 'replay' || state.runName !== null);
  useEffect(() => {
    if (isOld && readable) void openStep(step);
  }, [isOld, step, readable]);
  if (!event || !isOld) return { run, shown: event, reading: false, fault: null };
  const found = opened.find((one) => one.step === step);
  const shown = found?.groups ? { ...event, groups: found.groups } : event;
  return { run, shown, reading: readable && !found?.groups && !found?.fault, fault: found?.fault ?? null };
}
