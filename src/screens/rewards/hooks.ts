/** Hooks of the Rewards view: the edited recipe, answers of the worker, and the rollout to begin with. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { BrowsedProblems } from '../../lab/recipe/browse';
import type { Recipe } from '../../lab/recipe/recipe';
import type { GrpoEvent } from '../../lab/run/events';
import { lab } from '../../store/lab';
import { rewardBench } from '../../store/rewardBench';
import type { RewardChanges, RewardChoice, Slot } from '../../store/rewardChoice';
import { baseRecipe, type Edited, editedRecipe, shownChanges } from '../../store/rewardEdits';
import { Tokenizer } from '../../text/tokenizer';
import type { BenchProblem } from '../../worker/rewardBench';
import { shownGroup, useLab, useRun, useShownStep } from '../shared/hooks';

export const useEdits = <T>(select: (state: RewardChoice) => T): T => useLab(({ reward }) => select(reward));

/** Recipe that the edits start from. */
export function useBase(): Recipe {
  const run = useRun();
  const source = useLab((state) => state.source);
  const draft = useLab((state) => state.draft);
  const linked = useEdits((state) => state.base);
  const changes = run.changes.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list of changes grows in place
  return useMemo(() => baseRecipe(lab.getState()), [run.start, changes, source, draft, linked]);
}

/** Edited recipe of the shown set, or its faults. */
export function useEdited(base: Recipe): Edited {
  const changes = useEdits(shownChanges);
  return useMemo(() => editedRecipe(base, changes), [base, changes]);
}

/** An edited reward that can be computed. */
export interface Working {
  readonly recipe: Recipe;
  /** Fault of the newest edit, for which `recipe` has the last one without; null while `recipe` is the newest. */
  readonly fault: string | null;
}

/** Field of the custom term's JavaScript, whose faults only its engine finds. */
const SOURCE = 'reward.customSource';

/** Fault of the JavaScript that a recipe runs; null without one. */
const programFault = async ({ reward }: Recipe): Promise<string | null> =>
  reward.custom === 0 ? null : rewardBench((commands) => commands.sourceFault(reward.customSource));

/**
 * Last edit of each set that can be computed: while a field or the JavaScript has a fault, the screen keeps the numbers of the
 * edit before.
 */
export function useWorking(base: Recipe): Readonly<Record<Slot, Working>> {
  const A = useEdits((state) => state.A);
  const B = useEdits((state) => state.B ?? state.A);
  return { A: useWorkingSet(base, A), B: useWorkingSet(base, B) };
}

function useWorkingSet(base: Recipe, changes: RewardChanges): Working {
  const edited = useMemo(() => editedRecipe(base, changes), [base, changes]);
  const [checked, setChecked] = useState<{ readonly base: Recipe; readonly working: Working } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const settle = (recipe: Recipe | null, fault: string | null) =>
      isCurrent &&
      setChecked((before) => {
        const last = before?.base === base ? before.working.recipe : base;
        return { base, working: { recipe: recipe ?? last, fault } };
      });
    const { recipe, faults } = edited;
    if (!recipe)
      settle(
        null,
        Object.entries(faults)
          .map(([path, fault]) => `${path} ${fault}`)
          .join('; '),
      );
    else
      programFault(recipe).then(
        (fault) => settle(fault === null ? recipe : null, fault && `${SOURCE}: ${fault}`),
        ({ message }: Error) => settle(null, message),
      );
    return () => {
      isCurrent = false;
    };
  }, [base, edited]);
  // a reward without JavaScript needs no check, so that it shows at once
  const isPlain = edited.recipe?.reward.custom === 0;
  return useMemo(() => {
    if (isPlain && edited.recipe) return { recipe: edited.recipe, fault: null };
    return checked?.base === base ? checked.working : { recipe: base, fault: null };
  }, [isPlain, edited, checked, base]);
}

export interface Answer<T> {
  /** Last answer without a fault; null before the first. */
  readonly value: T | null;
  /** Fault of the newest answer. */
  readonly fault: string | null;
}

/** Answer to the newest question. One is asked at a time; of those that wait, the last. A fault leaves the answer before it. */
export function useAnswer<T>(ask: (() => Promise<T>) | null): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: null, fault: null });
  const queue = useRef<{ busy: boolean; next: (() => Promise<T>) | null }>({ busy: false, next: null });
  useEffect(() => {
    const { current } = queue;
    const run = async (asked: () => Promise<T>): Promise<void> => {
      current.busy = true;
      await asked().then(
        (value) => setAnswer({ value, fault: null }),
        ({ message }: Error) => setAnswer(({ value }) => ({ value, fault: message })),
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
