/** Where a recipe's problems come from: the sources that SFT and GRPO draw on, and what they may draw. */
import { type Cluster, mixture } from '../data/mixture';
import { freshProblems, type ProblemSource } from '../data/problems';
import { type Random, random } from '../random';
import type { Task } from '../tasks/task';
import type { Recipe } from './recipe';
import type { ClusterFields } from './recipeData';
import { taskOf } from './task';

export interface TaskLevel {
  readonly task: Task;
  readonly level: number;
}

export interface Sources {
  readonly sft: ProblemSource;
  /** Draws the kinds of SFT's traces. */
  readonly traces: Random;
  readonly grpo: ProblemSource;
}

const clustersOf = (recipe: Recipe, fields: readonly ClusterFields[]): Cluster[] =>
  fields.map(({ task, ...rest }) => ({ ...rest, task: taskOf(recipe, task) }));

/** Every task at a level that a stage may draw from. */
function drawnFrom(recipe: Recipe, clusters: readonly ClusterFields[]): TaskLevel[] {
  const own = [{ task: recipe.task.name, level: recipe.task.level }];
  return (clusters.length > 0 ? clusters : own).map(({ task, level }) => ({ task: taskOf(recipe, task), level }));
}
export const sftTasks = (recipe: Recipe): TaskLevel[] => drawnFrom(recipe, recipe.data.clusters);
export const grpoTasks = (recipe: Recipe): TaskLevel[] => drawnFrom(recipe, recipe.data.rlClusters);

/** The recipe's own task first, then the others: all that is evaluated. */
export const evaluatedTasks = (recipe: Recipe): TaskLevel[] =>
  [{ task: recipe.task.name, level: recipe.task.level }, ...recipe.evaluation.others].map(({ task, level }) => ({
    task: taskOf(recipe, task),
    level,
  }));

/** @throws where a level has fewer problems than its cluster asks for */
export function openSources(recipe: Recipe): Sources {
  const { seed, task: own, data } = recipe;
  const traces = random(seed, 'sft');
  const source = (clusters: readonly ClusterFields[], stage: string, stream: Random) =>
    clusters.length > 0
      ? mixture(clustersOf(recipe, clusters), seed, stage)
      : freshProblems(taskOf(recipe, own.name), own.level, stream);
  return {
    sft: source(data.clusters, 'sft', traces),
    traces,
    grpo: source(data.rlClusters, 'grpo', random(seed, 'grpo')),
  };
}

/** What a recipe trains on, stage by stage, in words. */
export const trainedOn = (recipe: Recipe): string[] => {
  const names = (stage: string, tasks: readonly TaskLevel[]) =>
    `${stage} ${tasks.map(({ task, level }) => `${task.name} ${level}`).join(' + ')}`;
  return [
    ...(recipe.sft.steps > 0 ? [names('SFT', sftTasks(recipe))] : []),
    ...(recipe.grpo.steps > 0 ? [names('GRPO', grpoTasks(recipe))] : []),
  ];
};
