/**
 * Search for an SFT mixture, as in the report. Short SFT runs find the best number of epochs for each domain alone; then the
 * mixture concatenates the domains and adds up their steps.
 */
import { passLength } from '../../data/mixture';
import type { Device } from '../../gpu/device';
import { hash } from '../../random';
import { type Recipe, withFields } from '../recipe/recipe';
import type { ClusterFields } from '../recipe/sections/data';
import type { Summary } from './events';
import { run } from './run';
import { Session } from './session';

export type Domain = Omit<ClusterFields, 'epochs'>;

/** Result of SFT on one domain alone, for one number of epochs. */
export interface Trial extends ClusterFields {
  readonly steps: number;
  /** Held-out accuracy after SFT. */
  readonly sampled: number;
  readonly greedy: number;
}

/** Number of SFT steps for one pass over the clusters. */
const stepsFor = (clusters: readonly ClusterFields[], { sft }: Recipe): number =>
  Math.ceil(passLength(clusters) / sft.sequences);

/**
 * Recipe of a trial: SFT for one pass over the cluster, without GRPO. It has its own seed, so that the search and the later
 * evaluation draw their held-out problems independently. A small level has few held-out problems; there both use all of them.
 */
export const trialRecipe = (recipe: Recipe, cluster: ClusterFields): Recipe =>
  withFields(recipe, {
    seed: hash(recipe.seed, 'mixture') >>> 1,
    'task.name': cluster.task,
    'task.level': cluster.level,
    'data.clusters': [cluster],
    'sft.steps': stepsFor([cluster], recipe),
    'grpo.steps': 0,
    'evaluation.base': false,
    'evaluation.others': [],
  });

/** Trains each domain alone for each number of epochs, and yields each trial when it is done. */
export async function* searchEpochs(
  device: Device,
  recipe: Recipe,
  domains: readonly Domain[],
  epochs: readonly number[],
): AsyncGenerator<Trial> {
  for (const domain of domains)
    for (const times of epochs) {
      const cluster = { ...domain, epochs: times };
      const session = new Session(device, trialRecipe(recipe, cluster));
      let summary: Summary | null = null;
      try {
        for await (const event of run(session)) if (event.type === 'end') summary = event.summary;
      } finally {
        session.destroy();
      }
      const { steps, sampled_accuracy: sampled, greedy_accuracy: greedy } = summary!.sft;
      yield { ...cluster, steps, sampled, greedy };
    }
}

/** Picks the trial with the best sampled accuracy per domain. Ties go to fewer epochs. */
export function bestTrials(trials: readonly Trial[]): Trial[] {
  const best = new Map<string, Trial>();
  for (const trial of trials) {
    const domain = `${trial.task}:${trial.level}`;
    const before = best.get(domain);
    const better =
      !before || trial.sampled > before.sampled || (trial.sampled === before.sampled && trial.epochs < before.epochs);
    if (better) best.set(domain, trial);
  }
  return [...best.values()];
}

/** Recipe with the domains concatenated, each with its epochs, and SFT for one pass over all. */
export function concatenated(recipe: Recipe, chosen: readonly ClusterFields[]): Recipe {
  const clusters = chosen.map(({ task, level, problems, epochs }) => ({ task, level, problems, epochs }));
  return withFields(recipe, { 'data.clusters': clusters, 'sft.steps': stepsFor(clusters, recipe) });
}
