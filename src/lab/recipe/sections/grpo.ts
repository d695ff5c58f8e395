/** GRPO's section of a recipe. */
import type { z } from 'zod';
import { aggregations } from '../../../train/advantages';
import { lossByName, losses, lossOptions, lossTypes } from '../../../train/losses/index';
import { choice, flag, type Issue, integer, number, section, trl } from '../fields';
import { lossFieldsOf } from '../lossFields';
import { optimizerFields } from './optimizer';
import { ranged, SAMPLING } from './sampling';

const described = losses.map(({ name, description }) => `${name}: ${description}`);
const cappedByRatio = losses.filter((loss) => loss.epsilonHighIsRatio).map(({ name }) => name);

/** True where ε high of a loss is the cap of the ratio itself, 1 or more. */
export const epsilonHighIsRatio = (lossType: string): boolean => cappedByRatio.includes(lossType);

export const grpoSection = section(
  'GRPO',
  'Group Relative Policy Optimization: each completion is compared with its group.',
  {
    steps: trl('max_steps', integer('Steps', 'Batches of rollouts; 0 skips this stage.', 40, 0, 100_000)),
    prompts: integer('Problems per step P', 'Problems of one step; the policy answers each G times.', 16, 1, 1024),
    groupSize: trl(
      'num_generations',
      integer('Group size G', 'Completions of one problem; each is compared with the others.', 8, 2, 64),
    ),
    learningRate: trl('learning_rate', number('Learning rate', 'Peak rate of the optimizer.', 3e-4, 0, 1)),
    warmup: trl('warmup_steps', integer('Warm-up', 'Steps of linear rise to the peak.', 10, 0, 10_000)),
    decay: trl(
      'lr_scheduler_type',
      choice(
        'Schedule',
        'After the warm-up: constant, or a line or a cosine to the final share.',
        ['constant', 'linear', 'cosine'],
        'constant',
      ),
    ),
    floor: number('Final share', 'Share of the peak at which a line or a cosine ends.', 0.1, 0, 1),
    ...optimizerFields,
    weightDecay: trl('weight_decay', number('Weight decay', 'Decay of matrices; norms do not decay.', 0, 0, 10)),
    maxGradNorm: trl(
      'max_grad_norm',
      number('Clip', 'Largest norm of the whole gradient; 0 for no clipping.', 1, 0, 1000),
    ),
    lossType: trl('loss_type', choice('Loss', described.join(' '), lossTypes, 'grpo')),
    ...lossFieldsOf(lossOptions),
    referenceSync: trl(
      'ref_model_sync_steps',
      integer(
        'Reference follows every',
        'Steps between moves of the reference towards the policy; 0 keeps it.',
        0,
        0,
        100_000,
      ),
    ),
    referenceMixup: trl(
      'ref_model_mixup_alpha',
      number('Reference α', 'Share of the policy at each move: α · policy + (1 − α) · reference.', 0.6, 0, 1),
    ),
    entropyTarget: trl(
      'entropy_target',
      number(
        'Entropy target',
        'Mean entropy of a token, nats. γ acts and rises while the entropy is at or below it, and falls while above; 0 keeps γ fixed.',
        0,
        0,
        10,
      ),
    ),
    gammaStep: trl('entropy_coef_delta', number('γ step', 'Change of a steered γ with each update.', 0.005, 0, 1)),
    gammaMin: trl('entropy_coef_min', number('γ minimum', 'Lower bound of a steered γ.', 0, 0, 10)),
    gammaMax: trl('entropy_coef_max', number('γ maximum', 'Upper bound of a steered γ.', 1, 0, 10)),
    scaleRewards: trl(
      'scale_rewards',
      choice(
        'Scale rewards',
        'Divides advantages by the std of the group, of the batch, or not at all (Dr. GRPO).',
        ['group', 'batch', 'none'],
        'group',
      ),
    ),
    aggregation: trl(
      'multi_objective_aggregation',
      choice(
        'Reward terms',
        "Sum the terms, then compare with the group; or normalize each term in its group, sum, and normalize over the batch (GDPO), without 'Scale rewards'.",
        aggregations,
        'sum_then_normalize',
      ),
    ),
    dynamicSampling: choice(
      'Dynamic sampling',
      'Replaces groups without spread of accuracy or of reward by groups of new problems (DAPO).',
      ['off', 'accuracy', 'reward'],
      'off',
    ),
    dynamicDraws: integer(
      'Extra draws',
      'Maximum resampling rounds per step. After that, the step uses the groups it has.',
      4,
      1,
      64,
    ),
    updates: trl('num_iterations', integer('Updates μ', 'Optimizer steps on each batch of rollouts.', 1, 1, 64)),
    maskTruncated: trl(
      'mask_truncated_completions',
      flag('Mask truncated', 'Leaves completions that were cut off out of the loss.', false),
    ),
    temperature: trl(
      'temperature',
      number('Temperature', 'Temperature of the rollouts.', ...ranged(SAMPLING.temperature)),
    ),
    topP: trl(
      'top_p',
      number(
        'Top-p',
        'Nucleus of the rollouts: smallest set of tokens with this probability; 1 for all.',
        ...ranged(SAMPLING.topP),
      ),
    ),
    topK: trl(
      'top_k',
      integer('Top-k', 'Number of likeliest tokens that the rollouts may sample; 0 for all.', ...ranged(SAMPLING.topK)),
    ),
    minP: trl(
      'min_p',
      number(
        'Min-p',
        'Smallest probability, as a share of that of the likeliest token; 0 for all.',
        ...ranged(SAMPLING.minP),
      ),
    ),
  },
);

/** Reports options that do not fit together. */
export function checkGrpo(grpo: z.infer<typeof grpoSection>, issue: Issue): void {
  const loss = lossByName(grpo.lossType);
  if (!epsilonHighIsRatio(loss.name) && grpo.epsilonHigh > 1)
    issue(
      ['grpo', 'epsilonHigh'],
      `above 1 only for ${cappedByRatio.join(', ')}, where it is the cap of the ratio itself`,
    );
  if (epsilonHighIsRatio(loss.name) && grpo.epsilonHigh < 1)
    issue(['grpo', 'epsilonHigh'], `for ${loss.name} it is the cap of the ratio itself: 1 or more`);
  const fault = loss.fault?.(grpo);
  if (fault) issue(['grpo', fault.field], fault.message);
  if (grpo.gammaMin > grpo.gammaMax)
    issue(['grpo', 'gammaMin'], `is ${grpo.gammaMin}; use at most γ maximum, ${grpo.gammaMax}`);
  const [least, most] = [grpo.correctionMin, grpo.correctionMax];
  if (most > 0 && least >= most) issue(['grpo', 'correctionMin'], `is ${least}; use less than the maximum, ${most}`);
  if (grpo.samplerCorrection.endsWith('truncate') && most === 0 && least === 0)
    issue(['grpo', 'correctionMax'], `${grpo.samplerCorrection} needs a bound to clamp to`);
}
