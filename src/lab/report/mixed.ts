/** Helpers for the experiments on transfer: one recipe whose clusters are a few task families. */

import { type Recipe, withFields } from '../recipe/recipe';
import type { StageAccuracy } from '../run/events';
import { seeded } from './seeded';

/** Name of the recipe whose clusters are the families. */
export const MIXED = 'mixed';

export interface Member {
  readonly task: string;
  readonly level: number;
}

const membersOf = (recipe: Recipe): readonly Member[] =>
  recipe.data.clusters.map(({ task, level }) => ({ task, level }));

/** The mixed recipe with this seed, and the families of its clusters. */
export function mixedFamilies(seed: number): { readonly recipe: Recipe; readonly members: readonly Member[] } {
  const recipe = seeded(MIXED, seed);
  return { recipe, members: membersOf(recipe) };
}

/** The recipe with GRPO on one of its families; the evaluation includes the others. */
export const retargeted = (recipe: Recipe, { task, level }: Member): Recipe =>
  withFields(recipe, {
    'task.name': task,
    'task.level': level,
    'evaluation.others': membersOf(recipe).filter((other) => other.task !== task),
  });

/** Sampled accuracy on each family, in the order of `members`. */
export const accuracies = (recipe: Recipe, members: readonly Member[], after: StageAccuracy): number[] =>
  members.map(({ task }) =>
    task === recipe.task.name
      ? after.sampled_accuracy
      : after.others!.find((other) => other.task === task)!.sampled_accuracy,
  );
