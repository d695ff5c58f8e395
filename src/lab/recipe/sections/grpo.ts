/** Section of a recipe for GRPO. */
import type { z } from 'zod';
import { aggregations } from '../../../train/advantages';
import { correctionModes, lossTypes } from '../../../train/lossOptions';
import { choice, flag, type Issue, integer, number, section } from '../fields';
import { optimizerFields } from './optimizer';

export const grpoSection = section(
  'GRPO',
  'Group Relative Policy Optimization: each thought is judged against its group.',
  {
    steps: integer('Steps', 'Batches of rollouts; 0 skips this stage.', 40, 0, 100_000),
    prompts: integer('Problems a step P', 'Each is answered G times.', 16, 1, 1024),
    groupSize: integer('Group size G', 'Completions of one problem that are compared with each other.', 8, 2, 64),
    learningRate: number('Learning rate', 'Peak rate of the optimizer.', 3e-4, 0, 1),
    warmup: integer('Warm-up', 'Steps of linear rise to the peak.', 10, 0, 10_000),
    decay: choice(
      'Schedule',
      'After the warm-up: constant, or a line or a cosine to the final share.',
      ['constant', 'linear', 'cosine'],
      'constant',
    ),
    floor: number('Final share', 'Share of the peak at which a line or a cosine ends.', 0.1, 0, 1),
    ...optimizerFields,
    weightDecay: number('Weight decay', 'Of matrices; norms do not decay.', 0, 0, 10),
    maxGradNorm: number('Clip', 'Largest norm of the whole gradient; 0 for no clipping.', 1, 0, 1000),
    lossType: choice('Loss', 'How tokens add up, and what is clipped.', lossTypes, 'grpo'),
    beta: number('β, KL', 'Weight of the KL to the reference: the model as SFT left it.', 0.001, 0, 10),
    klRatio: flag(
      'KL × ratio',
      "Multiplies KL by the ratio, which makes its gradient unbiased (DeepSeek-V3.2, TRL's use_bias_correction_kl).",
      false,
    ),
    referenceSync: integer(
      'Reference follows every',
      'Steps after which the reference moves towards the policy; 0 leaves it as it is.',
      0,
      0,
      100_000,
    ),
    referenceMixup: number(
      'Reference α',
      'Share of the policy in the reference at each such move: α · policy + (1 − α) · reference.',
      0.6,
      0,
      1,
    ),
    gamma: number('γ, entropy', 'Weight of the entropy bonus; where it is steered, the first one.', 0.001, 0, 10),
    entropyTarget: number(
      'Entropy target',
      'Mean entropy of a token, nats: γ acts and rises while the entropy is at or below it and falls while above; 0 keeps γ fixed.',
      0,
      0,
      10,
    ),
    gammaStep: number('γ step', 'By how much a steered γ changes with each update.', 0.005, 0, 1),
    gammaMin: number('γ least', 'Lower bound of a steered γ.', 0, 0, 10),
    gammaMax: number('γ most', 'Upper bound of a steered γ.', 1, 0, 10),
    epsilonLow: number('ε low', 'The ratio is clipped below 1 − ε low.', 0.2, 0, 1),
    epsilonHigh: number('ε high', 'The ratio is clipped above 1 + ε high; for cispo the cap itself.', 0.2, 0, 10),
    delta: number('δ', 'Cap of the ratio before clipping (two-sided); 0 for none.', 0, 0, 100),
    scaleRewards: choice(
      'Scale rewards',
      'Advantages are divided by the std of the group, of the batch, or not (Dr. GRPO).',
      ['group', 'batch', 'none'],
      'group',
    ),
    aggregation: choice(
      'Reward terms',
      "Added up and then held against the group; or each normalized within its group, added up and normalized over the batch (GDPO), whatever 'Scale rewards' says.",
      aggregations,
      'sum_then_normalize',
    ),
    dynamicSampling: choice(
      'Dynamic sampling',
      'Groups without spread, of accuracy or of reward, are drawn again with new problems (DAPO).',
      ['off', 'accuracy', 'reward'],
      'off',
    ),
    dynamicDraws: integer(
      'Extra draws',
      'Most times a step that dynamic sampling draws again; after them it goes on with the groups that it has.',
      4,
      1,
      64,
    ),
    importanceSampling: choice('Ratio', 'Per token, or per sequence (GSPO).', ['token', 'sequence'], 'token'),
    updates: integer('Updates μ', 'Optimizer steps on each batch of rollouts.', 1, 1, 64),
    samplerCorrection: choice(
      'Sampler correction',
      'The loss is weighted by policy ÷ sampler, of a token or of the completion, clamped to its bounds or 0 outside of them: for top-p, top-k and min-p.',
      ['off', ...correctionModes],
      'off',
    ),
    correctionMax: number('Correction most', 'Upper bound of policy ÷ sampler; 0 for none.', 3, 0, 1e6),
    correctionMin: number('Correction least', 'Lower bound of policy ÷ sampler; 0 for none.', 0, 0, 1e6),
    maskTruncated: flag('Mask truncated', 'Completions that were cut off do not count in the loss.', false),
    temperature: number('Temperature', 'Of the rollouts.', 1, 0.05, 5),
    topP: number('Top-p', 'Nucleus of the rollouts; 1 for all.', 1, 0.01, 1),
    topK: integer('Top-k', 'Likeliest tokens of the rollouts; 0 for all.', 0, 0, 1000),
    minP: number('Min-p', 'Least share of the likeliest token; 0 for all.', 0, 0, 1),
  },
);

/** Reports options that do not fit together. */
export function checkGrpo(grpo: z.infer<typeof grpoSection>, issue: Issue): void {
  if (grpo.lossType !== 'cispo' && grpo.epsilonHigh > 1)
    issue(['grpo', 'epsilonHigh'], 'above 1 only for cispo, where it is the cap of the ratio itself');
  if (grpo.lossType === 'cispo' && grpo.epsilonHigh < 1)
    issue(['grpo', 'epsilonHigh'], 'for cispo it is the cap of the ratio itself: 1 or more');
  if (grpo.gammaMin > grpo.gammaMax)
    issue(['grpo', 'gammaMin'], `γ least (${grpo.gammaMin}) must not be above γ most (${grpo.gammaMax})`);
  const [least, most] = [grpo.correctionMin, grpo.correctionMax];
  if (most > 0 && least >= most)
    issue(['grpo', 'correctionMin'], `the least correction (${least}) must be below the most (${most})`);
  if (grpo.samplerCorrection.endsWith('truncate') && most === 0 && least === 0)
    issue(['grpo', 'correctionMax'], `${grpo.samplerCorrection} needs a bound to clamp to`);
}
