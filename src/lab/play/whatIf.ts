/**
 * Stored rollouts of a run under an edited reward. Verdicts stay those of the run, because a reward does not
 * change them; rewards, parts and advantages are computed as training would. Needs no GPU.
 */
import { forOneStep, type RewardOptions, totalReward, type WeightedPart } from '../../rewards/total';
import { parseCompletion } from '../../text/completion';
import { Tokenizer } from '../../text/tokenizer';
import { advantagesOf } from '../../train/advantages';
import { rewardInput } from '../../train/scoreCompletions';
import { changedFields } from '../recipe/changedFields';
import type { Recipe } from '../recipe/recipe';
import { ADVANTAGE_FIELDS, isRewardField } from '../recipe/rewardFields';
import { openRewards } from '../run/options';
import type { StoredStep } from './storedSteps';

export interface Earned {
  readonly reward: number;
  readonly advantage: number;
}

export interface WhatIfRollout {
  /** Place in the step, from 0. */
  readonly group: number;
  readonly rollout: number;
  readonly correct: boolean;
  /** As the run had it. */
  readonly before: Earned;
  /** Under the edited reward. */
  readonly after: Earned & { readonly parts: readonly WeightedPart[] };
}

export interface WhatIfStep {
  readonly step: number;
  /** Group after group. */
  readonly rollouts: readonly WhatIfRollout[];
}

export class WhatIf {
  private constructor(
    private readonly recipe: Recipe,
    private readonly reward: RewardOptions,
    private readonly tokenizer: Tokenizer,
  ) {}

  /**
   * @param edited recipe of the run with another reward, scale or aggregation
   * @param vocabulary token of each id, from the `start` event
   * @throws if a constant of the reward cannot be used, as JavaScript that does not compile
   */
  static async open(edited: Recipe, vocabulary?: readonly string[]): Promise<WhatIf> {
    return new WhatIf(edited, await openRewards(edited), new Tokenizer(vocabulary));
  }

  step({ step, groups }: StoredStep): WhatIfStep {
    const reward = forOneStep(this.reward);
    const rewards = groups.flatMap((group) =>
      group.rollouts.map(({ ids, text, ended, correct, partial, measures }) => {
        const judged = { ids, text, ended, correct, partial, measures, parsed: parseCompletion(text) };
        return totalReward(rewardInput(group, judged, this.tokenizer, reward.lMax), reward);
      }),
    );
    const { scaleRewards, aggregation } = this.recipe.grpo;
    const groupSize = groups[0]!.rollouts.length;
    const advantages = advantagesOf(rewards, { scaleRewards, aggregation, groupSize });
    const rollouts = groups.flatMap((group, g) =>
      group.rollouts.map(({ correct, reward, advantage }, r): WhatIfRollout => {
        const { total, parts } = rewards[g * groupSize + r]!;
        const after = { reward: total, advantage: advantages[g * groupSize + r]!, parts };
        return { group: g, rollout: r, correct, before: { reward, advantage }, after };
      }),
    );
    return { step, rollouts };
  }
}

/** Fault of an edited recipe with other fields than a what-if computes; null without one. */
export function editFault(recipe: Recipe, edited: Recipe): string | null {
  const other = changedFields(recipe, edited).find((field) => !isRewardField(field));
  return other === undefined
    ? null
    : `${other} changes no reward of stored rollouts; set fields of reward, ${ADVANTAGE_FIELDS.join(' or ')}`;
}

/** Scores the steps of a run again, one at a time. */
export async function* whatIf(
  steps: AsyncIterable<StoredStep> | Iterable<StoredStep>,
  edited: Recipe,
  vocabulary?: readonly string[],
): AsyncGenerator<WhatIfStep, void> {
  const scorer = await WhatIf.open(edited, vocabulary);
  for await (const step of steps) yield scorer.step(step);
}
