/** Options of SFT, GRPO, the loss and the optimizer, from the fields of a recipe. */
import { openReward, type RewardOptions } from '../../rewards/total';
import type { GrpoOptions } from '../../train/grpo';
import { lossByName } from '../../train/losses/index';
import { type LossOptions, lossOptionsOf } from '../../train/losses/policyLoss';
import type { OptimizerName } from '../../train/optimizers';
import type { CommonOptions } from '../../train/optimizers/optimizer';
import type { ReferenceSyncOptions } from '../../train/referenceSync';
import type { SftOptions } from '../../train/sft';
import type { Recipe } from '../recipe/recipe';
import { traceShares } from '../recipe/traces';

/** Fields that both stages have for their optimizer. */
export type OptimizerFields = Pick<Recipe['sft'], 'weightDecay' | 'maxGradNorm' | 'optimizer' | OptimizerName>;

export const commonOptions = ({ weightDecay, maxGradNorm }: OptimizerFields): CommonOptions => ({
  weightDecay,
  decay: 'matrices',
  maxGradNorm: maxGradNorm > 0 ? maxGradNorm : null,
});

export const lossOptions = ({ grpo, reward }: Recipe): LossOptions =>
  lossOptionsOf(lossByName(grpo.lossType), grpo, reward.lMax);

/** Options of a reference that follows the policy; null for one that stays as SFT left the model. */
export const referenceSyncOptions = ({ grpo }: Recipe): ReferenceSyncOptions | null =>
  grpo.referenceSync > 0 ? { every: grpo.referenceSync, alpha: grpo.referenceMixup } : null;

export const sftOptions = ({ sft }: Recipe): SftOptions => ({
  sequences: sft.sequences,
  traces: traceShares({ sft }),
  schedule: { peak: sft.learningRate, warmup: sft.warmup, steps: sft.steps, decay: 'cosine', floor: sft.floor },
  gateEvery: sft.gateEvery,
  gateAccuracy: sft.gateAccuracy,
});

/** Opens the reward of a recipe. @throws where a constant cannot be used, as JavaScript that does not compile */
export const openRewards = ({ reward }: Pick<Recipe, 'reward'>): Promise<RewardOptions> => openReward(reward);

/** Finds the fault of a custom term's text, with line and column; null where it compiles. Never calls its function. */
export async function customSourceFault(source: string): Promise<string | null> {
  const { sourceFault } = await import('../../rewards/sandbox/source');
  return sourceFault(source);
}

export function grpoOptions(recipe: Recipe, rewards: RewardOptions): GrpoOptions {
  const { seed, grpo, reward } = recipe;
  return {
    seed,
    prompts: grpo.prompts,
    groupSize: grpo.groupSize,
    schedule: {
      peak: grpo.learningRate,
      warmup: grpo.warmup,
      steps: grpo.steps,
      decay: grpo.decay,
      floor: grpo.floor,
    },
    loss: lossOptions(recipe),
    entropyTarget:
      grpo.entropyTarget > 0
        ? { target: grpo.entropyTarget, step: grpo.gammaStep, min: grpo.gammaMin, max: grpo.gammaMax }
        : null,
    scaleRewards: grpo.scaleRewards,
    aggregation: grpo.aggregation,
    dynamicSampling:
      grpo.dynamicSampling === 'off' ? null : { by: grpo.dynamicSampling, extraDraws: grpo.dynamicDraws },
    updates: grpo.updates,
    maskTruncated: grpo.maskTruncated,
    sampling: {
      temperature: grpo.temperature,
      topK: grpo.topK,
      topP: grpo.topP,
      minP: grpo.minP,
      maxNew: reward.lMax,
    },
    reward: rewards,
  };
}
