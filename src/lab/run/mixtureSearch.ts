/**
 * The search for a mixture, as the report made it: for each domain alone the epochs that serve it best, by short SFT runs and
 * held-out problems; then the domains laid together, their steps added up.
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

/** One domain trained alone with its problems seen so many times. */
export interface Trial extends ClusterFields {
  readonly steps: number;
  /** Held-out accuracy after SFT. */
  readonly sampled: number;
  readonly greedy: number;
}

/** SFT steps for one pass over the clusters. */
const stepsFor = (clusters: readonly ClusterFields[], { sft }: Recipe): number =>
  Math.ceil(passLength(clusters) / sft.sequences);

/**
 * The recipe with SFT on this cluster, as long as one pass over it, and nothing of GRPO. From a seed of its own, so that the
 * held-out problems that choose are drawn independently of those that judge the recipe later. A small level has no others: there
 * both draws are all that is held out, and what was chosen by them is judged by them.
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

/** Trains each domain alone at each number of epochs, telling each trial as it is done. */
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

/** Of each domain the trial of the best sampled accuracy; of equals the one of fewer epochs. */
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

/** The recipe with the domains concatenated, each at its epochs, and SFT as long as one pass over all. */
export function concatenated(recipe: Recipe, chosen: readonly ClusterFields[]): Recipe {
  const clusters = chosen.map(({ task, level, problems, epochs }) => ({ task, level, problems, epochs }));
  return withFields(recipe, { 'data.clusters': clusters, 'sft.steps': stepsFor(clusters, recipe) });
}
