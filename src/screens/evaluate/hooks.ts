/** Evaluations in React. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { trainedText } from '../../lab/recipe/recipeHash';
import { type EvaluateState, evaluate, modelOnShow } from '../../store/evaluate';
import { type ReportArmsState, reportArms } from '../../store/reportArms';
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

export const useReportArms = <T>(select: (state: ReportArmsState) => T): T => useStore(reportArms, select);

/** Text of what the run that trains here trains by; null while none trains. */
export function useTrainedHere(): string | null {
  const recipe = useLab(({ source, status, started, run }) =>
    source === 'live' && (status === 'playing' || status === 'paused') ? (started ?? run.start?.recipe ?? null) : null,
  );
  return useMemo(() => recipe && trainedText(recipe), [recipe]);
}
