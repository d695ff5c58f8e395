/** Evaluations in React. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { type EvaluateState, evaluate, modelOnShow } from '../../store/evaluate';
import { titleOf } from '../../store/runs';
import { usePlay } from '../playground/hooks';
import { useRuns } from '../runs/hooks';
import { useLab } from '../shared/hooks';

export const useEvaluate = <T>(select: (state: EvaluateState) => T): T => useStore(evaluate, select);

/** Title of each stored run, by its name. */
export function useTitles(): Readonly<Record<string, string>> {
  const list = useRuns((state) => state.list);
  return useMemo(() => Object.fromEntries(list.map((run) => [run.name, titleOf(run)])), [list]);
}

/** Name of the model on show; null without runs. */
export function useModelName(): string | null {
  const choice = useLab((state) => state.evaluation);
  const list = useRuns((state) => state.list);
  const models = usePlay((state) => state.runs);
  return modelOnShow(choice, list, models);
}
