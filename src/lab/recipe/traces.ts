/** Teacher traces that a recipe trains on: the share of each kind, and the longest of them. */
import type { TraceShares } from '../../data/problems';
import { type Task, type TraceKind, traceKinds } from '../../tasks/task';
import type { Recipe } from './recipe';

type Taught = Pick<Recipe, 'sft'>;

export const traceShares = ({ sft }: Taught): TraceShares => ({ short: sft.shortShare, mend: sft.mendShare });

/** Kinds of traces that SFT draws. */
export function taughtKinds(recipe: Taught): TraceKind[] {
  const { short, mend } = traceShares(recipe);
  const shares = { short, mend, long: 1 - short - mend };
  return traceKinds.filter((kind) => shares[kind] > 0);
}

/** Tokens of the longest trace of a task that SFT may draw. */
export const longestTaught = (recipe: Taught, task: Task, level: number): number =>
  Math.max(...taughtKinds(recipe).map((kind) => task.longestTrace(level, kind)));
