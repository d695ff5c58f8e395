/** Sources of a recipe's problems for SFT and GRPO, and the tasks that they contain. */
import { type Cluster, mixture } from '../../data/mixture';
import { freshProblems, type ProblemSource } from '../../data/problems';
import { type Random, random } from '../../random';
import type { Task } from '../../tasks/task';
import type { Recipe } from '../recipe/recipe';
import type { ClusterFields } from '../recipe/sections/data';
import { taskOf } from '../recipe/task';

export interface TaskLevel {
  readonly task: Task;
  readonly level: number;
}

export interface Sources {
  readonly sft: ProblemSource;
  /** Random stream for the kinds of SFT's traces. */
  readonly traces: Random;
  readonly grpo: ProblemSource;
}

const named = (recipe: Recipe, list: readonly { readonly task: string; readonly level: number }[]): TaskLevel[] =>
  list.map(({ task, level }) => ({ task: taskOf(recipe, task), level }));
const ownTask = (recipe: Recipe): TaskLevel =>
  named(recipe, [{ task: recipe.task.name, level: recipe.task.level }])[0]!;

/** Tasks and levels that a stage trains on. */
const trainingTasks = (recipe: Recipe, clusters: readonly ClusterFields[]): TaskLevel[] =>
  clusters.length > 0 ? named(recipe, clusters) : [ownTask(recipe)];
export const sftTasks = (recipe: Recipe): TaskLevel[] => trainingTasks(recipe, recipe.data.clusters);
export const grpoTasks = (recipe: Recipe): TaskLevel[] => trainingTasks(recipe, recipe.data.rlClusters);

/** Evaluated tasks: the recipe's own task first, then the others. */
export const evaluatedTasks = (recipe: Recipe): TaskLevel[] => [
  ownTask(recipe),
  ...named(recipe, recipe.evaluation.others),
];

/** Opens the sources. @throws if a level has fewer problems than its cluster needs */
export function openSources(recipe: Recipe): Sources {
  const { seed, data } = recipe;
  const traces = random(seed, 'sft');
  const source = (fields: readonly ClusterFields[], stage: string, stream: Random): ProblemSource => {
    const own = ownTask(recipe);
    if (fields.length === 0) return freshProblems(own.task, own.level, stream);
    const clusters = fields.map((cluster): Cluster => ({ ...cluster, task: taskOf(recipe, cluster.task) }));
    return mixture(clusters, seed, stage);
  };
  return {
    sft: source(data.clusters, 'sft', traces),
    traces,
    grpo: source(data.rlClusters, 'grpo', random(seed, 'grpo')),
  };
}

/** Tasks that a recipe trains on, in words, one entry per stage. */
export const trainedOn = (recipe: Recipe): string[] => {
  const names = (stage: string, tasks: readonly TaskLevel[]) =>
    `${stage} ${tasks.map(({ task, level }) => `${task.name} ${level}`).join(' + ')}`;
  return [
    ...(recipe.sft.steps > 0 ? [names('SFT', sftTasks(recipe))] : []),
    ...(recipe.grpo.steps > 0 ? [names('GRPO', grpoTasks(recipe))] : []),
  ];
};
