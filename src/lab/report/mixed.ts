/** What the experiments on transfer have in common: a few families, one model of all of them or of some. */

import { type Recipe, withFields } from '../recipe/recipe';
import type { StageAccuracy } from '../run/events';
import { seeded } from './seeded';

/** The recipe that mixes them; its clusters are the families. */
export const MIXED = 'mixed';

export interface Member {
  readonly task: string;
  readonly level: number;
}

export const membersOf = (recipe: Recipe): readonly Member[] =>
  recipe.data.clusters.map(({ task, level }) => ({ task, level }));

export const mixed = (seed: number): Recipe => seeded(MIXED, seed);

/** The recipe turned to one of its families: what GRPO trains on, and the others evaluated beside it. */
export const turnedTo = (recipe: Recipe, { task, level }: Member): Recipe =>
  withFields(recipe, {
    'task.name': task,
    'task.level': level,
    'evaluation.others': membersOf(recipe).filter((other) => other.task !== task),
  });

/** Sampled accuracy on each family, in the order of the recipe's clusters. */
export const accuracies = (recipe: Recipe, members: readonly Member[], after: StageAccuracy): number[] =>
  members.map(({ task }) =>
    task === recipe.task.name
      ? after.sampled_accuracy
      : after.others!.find((other) => other.task === task)!.sampled_accuracy,
  );
