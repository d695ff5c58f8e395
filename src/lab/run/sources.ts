/** Where a recipe's problems come from: the sources that SFT and GRPO draw on, and what they may draw. */
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
  /** Draws the kinds of SFT's traces. */
  readonly traces: Random;
  readonly grpo: ProblemSource;
}

const named = (recipe: Recipe, list: readonly { readonly task: string; readonly level: number }[]): TaskLevel[] =>
  list.map(({ task, level }) => ({ task: taskOf(recipe, task), level }));
const ownTask = (recipe: Recipe): TaskLevel =>
  named(recipe, [{ task: recipe.task.name, level: recipe.task.level }])[0]!;

/** Every task at a level that a stage may draw from. */
const drawnFrom = (recipe: Recipe, clusters: readonly ClusterFields[]): TaskLevel[] =>
  clusters.length > 0 ? named(recipe, clusters) : [ownTask(recipe)];
export const sftTasks = (recipe: Recipe): TaskLevel[] => drawnFrom(recipe, recipe.data.clusters);
export const grpoTasks = (recipe: Recipe): TaskLevel[] => drawnFrom(recipe, recipe.data.rlClusters);

/** The recipe's own task first, then the others: all that is evaluated. */
export const evaluatedTasks = (recipe: Recipe): TaskLevel[] => [
  ownTask(recipe),
  ...named(recipe, recipe.evaluation.others),
];

/** @throws where a level has fewer problems than its cluster asks for */
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

/** What a recipe trains on, stage by stage, in words. */
export const trainedOn = (recipe: Recipe): string[] => {
  const names = (stage: string, tasks: readonly TaskLevel[]) =>
    `${stage} ${tasks.map(({ task, level }) => `${task.name} ${level}`).join(' + ')}`;
  return [
    ...(recipe.sft.steps > 0 ? [names('SFT', sftTasks(recipe))] : []),
    ...(recipe.grpo.steps > 0 ? [names('GRPO', grpoTasks(recipe))] : []),
  ];
};
