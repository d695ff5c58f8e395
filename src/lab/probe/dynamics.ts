/** Numbers of the loss that depend on the whole step: the weight of a completion's tokens, and the entropy bonus. */
import { tokenWeights } from '../../train/losses/policyLoss';
import { entropyThreshold } from '../../train/losses/topEntropy';
import type { Recipe } from '../recipe/recipe';
import type { GrpoEvent } from '../run/events';
import { lossOptions } from '../run/options';

export interface InspectInput {
  /** Recipe that the step followed. */
  readonly recipe: Recipe;
  readonly event: Pick<GrpoEvent, 'step' | 'groups' | 'metrics'>;
  /** Places of the group and of the rollout in it, from 0. */
  readonly group: number;
  readonly rollout: number;
}

/** Weight of the rollout's tokens and the dynamic numbers of the loss, as the step had them. */
export function dynamicsOf({ recipe, event: { groups, metrics } }: InspectInput, place: number) {
  const { maskTruncated, entropyTarget } = recipe.grpo;
  const loss = lossOptions(recipe);
  const rollouts = groups.flatMap((group) => group.rollouts);
  const counted = rollouts.map(({ ended }) => ended || !maskTruncated);
  const lengths = rollouts.map(({ ids }, b) => (counted[b] ? ids.length : 0));
  const entropies = rollouts.flatMap(({ entropies }, b) => (counted[b] ? Array.from(entropies) : []));
  const threshold = loss.topEntropy < 1 ? entropyThreshold(entropies, loss.topEntropy) : 0;
  const kept = loss.topEntropy < 1 ? entropies.filter((entropy) => entropy >= threshold).length : entropies.length;
  const gamma = entropyTarget > 0 ? (metrics['entropy_coef/in_force'] ?? 0) : loss.gamma;
  return {
    loss,
    weight: counted[place] ? tokenWeights(loss, lengths)[place]! : 0,
    entropyWeight: gamma / Math.max(1, kept),
    entropyThreshold: threshold,
  };
}
