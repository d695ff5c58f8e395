/**
 * Warnings about teacher traces longer than L max: the model may learn them, but can never finish them. They are warnings, not
 * errors, because truncation is a lesson too.
 */
import type { Recipe } from '../recipe/recipe';
import { longestTaught } from '../recipe/traces';
import { evaluatedTasks, grpoTasks, sftTasks } from './sources';

/** Warns about each task and level of the recipe whose longest trace is longer than L max, one line each. */
export function cutOffs(recipe: Recipe): string[] {
  const { lMax } = recipe.reward;
  const lines = [...evaluatedTasks(recipe), ...sftTasks(recipe), ...grpoTasks(recipe)].flatMap(({ task, level }) => {
    const longest = longestTaught(recipe, task, level);
    return longest > lMax
      ? `${task.name} at ${level}: traces take up to ${longest} tokens, L max is ${lMax}: longer answers are cut off`
      : [];
  });
  return [...new Set(lines)];
}
