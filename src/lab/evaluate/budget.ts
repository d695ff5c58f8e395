/** Token budget of an evaluation, as the terminal and the tab take it. */
import { OWN } from '../../tasks/own';
import { traceKinds } from '../../tasks/task';
import type { Recipe } from '../recipe/recipe';
import { evaluatedTasks, grpoTasks, sftTasks, type TaskLevel } from '../run/sources';

/** Tokens beyond the longest trace, for a model that was trained with another budget. */
const SPARE_TOKENS = 8;

/** True if a recipe trains on a task or is evaluated on it, at any level. */
const meets = (recipe: Recipe, name: string): boolean =>
  [...sftTasks(recipe), ...grpoTasks(recipe), ...evaluatedTasks(recipe)].some(({ task }) => task.name === name);

/**
 * Token budget of an answer, the same for all models. If each was trained for this task and level: their largest budget.
 * Otherwise: room for the longest trace that they may have learned, and for the largest budget of models that saw the task.
 * @param recipes recipe of each model; null if it is unknown
 */
export function tokenBudget({ task, level }: TaskLevel, recipes: readonly (Recipe | null)[]): number {
  const budgets = recipes.flatMap((recipe) => (recipe && meets(recipe, task.name) ? [recipe.reward.lMax] : []));
  // own problems of the same level may differ from those of the training
  const madeFor = (recipe: Recipe | null) =>
    task.name !== OWN && recipe?.task.name === task.name && recipe.task.level === level;
  if (recipes.every(madeFor)) return Math.max(...budgets);
  const straight = recipes.every((recipe) => recipe?.sft.mendShare === 0);
  const kinds = traceKinds.filter((kind) => kind !== 'mend' || !straight);
  return Math.max(...kinds.map((kind) => task.longestTrace(level, kind) + SPARE_TOKENS), ...budgets);
}
