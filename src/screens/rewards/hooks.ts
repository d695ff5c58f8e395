/** Hooks of the Rewards view: the edited recipe, answers of the worker, and the rollout to begin with. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { BrowsedProblems } from '../../lab/recipe/browse';
import type { Recipe } from '../../lab/recipe/recipe';
import type { GrpoEvent } from '../../lab/run/events';
import {
  type Edited,
  editedRecipe,
  type RewardEdits,
  recipeOnScreen,
  rewardEdits,
  shownChanges,
} from '../../store/rewardEdits';
import { Tokenizer } from '../../text/tokenizer';
import type { BenchProblem } from '../../worker/rewardBench';
import { shownGroup, useLab, useRun, useShownStep } from '../shared/hooks';

export const useEdits = <T>(select: (state: RewardEdits) => T): T => useStore(rewardEdits, select);

/** Recipe of the run on screen, with the changes that the run took. */
export function useBase(): Recipe {
  const run = useRun();
  const draft = useLab((state) => state.draft);
  const changes = run.changes.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list of changes grows in place
  return useMemo(() => recipeOnScreen({ run, draft }), [run.start, changes, draft]);
}

/** Edited recipe of the shown set, or its faults. */
export function useEdited(base: Recipe): Edited {
  const changes = useEdits(shownChanges);
  return useMemo(() => editedRecipe(base, changes), [base, changes]);
}

export interface Answer<T> {
  readonly value: T | null;
  readonly fault: string | null;
}

/** Answer to the newest question. One is asked at a time; of those that wait, the last. */
export function useAnswer<T>(ask: (() => Promise<T>) | null): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: null, fault: null });
  const queue = useRef<{ busy: boolean; next: (() => Promise<T>) | null }>({ busy: false, next: null });
  useEffect(() => {
    const { current } = queue;
    const run = async (asked: () => Promise<T>): Promise<void> => {
      current.busy = true;
      setAnswer(
        await asked().then(
          (value) => ({ value, fault: null }),
          ({ message }: Error) => ({ value: null, fault: message }),
        ),
      );
      current.busy = false;
      const { next } = current;
      current.next = null;
      if (next) await run(next);
    };
    if (!ask) return;
    if (current.busy) current.next = ask;
    else void run(ask);
  }, [ask]);
  return answer;
}

/** Completion to begin with, and the problem that it answers. */
export interface BenchStart {
  readonly problem: BenchProblem;
  readonly text: string;
  /** Place of the rollout on screen; null for a teacher trace. */
  readonly place: { readonly step: number; readonly group: number; readonly rollout: number } | null;
}

/** Group on screen with its step; null before the first GRPO step. */
export function useGroup(): { readonly step: GrpoEvent; readonly index: number } | null {
  const { shown } = useShownStep();
  const chosen = useLab((state) => state.group);
  return useMemo(
    () => (shown && shown.groups.length > 0 ? { step: shown, index: shownGroup(shown, chosen) } : null),
    [shown, chosen],
  );
}

const tokenizer = new Tokenizer();

/** Longest teacher trace of a problem of the recipe's task. */
function teacherTrace({ task, seed, own }: Recipe): BenchStart {
  const problems = new BrowsedProblems(task.name, task.level, seed, own);
  const problem = problems.at(0);
  const traces = problems.task.traces(problem).map(({ completion }) => completion);
  const longest = traces.reduce((best, text) => (text.length > best.length ? text : best), '');
  const text = tokenizer.decode(tokenizer.completion(longest));
  return { problem: { task: problems.task.name, ...problem }, text, place: null };
}

/** Rollout on screen, or a teacher trace where the run has none yet. */
export function useBenchStart(base: Recipe): BenchStart {
  const group = useGroup();
  const chosen = useLab((state) => state.rollout);
  const { task, seed, own } = base;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other fields of the recipe give the same trace
  const trace = useMemo(() => teacherTrace(base), [task, seed, own]);
  return useMemo(() => {
    if (!group) return trace;
    const { step, index } = group;
    const { task, prompt, answer, problem, rollouts } = step.groups[index]!;
    const rollout = Math.min(chosen, rollouts.length - 1);
    const place = { step: step.step, group: index, rollout };
    return { problem: { task, prompt, answer, problem }, text: rollouts[rollout]!.text, place };
  }, [group, chosen, trace]);
}
