/**
 * A recipe: plain, validated data that determines a run down to the seed. Ranges, defaults, labels and explanations stand
 * with each field; the Setup panel, the terminal's --set and the errors all come from here.
 */
import { z } from 'zod';
import { MAX_HEAD_DIM, type PhiConfig, parsePhiConfig, rotaryDim } from '../../model/config';
import { excerpt } from '../../quote';
import { REPORT_CONSTANTS } from '../../rewards/term';
import { type TaskName, taskNames } from '../../tasks';
import { OWN, OWN_LIMITS, ownLineSchema, ownMatches } from '../../tasks/own';
import { aggregations } from '../../train/advantages';
import { correctionModes, lossTypes } from '../../train/lossOptions';
import { parseAs } from '../../validation';
import { checkData, curationSection, dataSection, taskAtLevel } from './dataFields';
import { choice, flag, integer, number, section } from './fields';

/** Of a reward term beside the report's. */
const weight = (of: string, description: string) =>
  number(`Weight of ${of}`, `${description} 0: not used.`, 0, -10, 10);

export const recipeSchema = z
  .strictObject({
    version: z.literal(1).default(1),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'has other characters than small letters, digits and dashes; rename it')
      .max(60)
      .default('custom'),
    title: z.string().max(80).default('Custom run'),
    about: z.string().max(400).default(''),
    seed: integer(
      'Seed',
      'Every random number of the run follows from it: weights, problems, traces, samples.',
      0,
      0,
      2 ** 31 - 1,
    ),
    tokensPerPass: integer(
      'Tokens a pass',
      'Most tokens of one forward and backward pass; larger batches are several passes whose gradients add up.',
      4096,
      128,
      262_144,
    ),
    kernels: choice(
      'Kernels',
      'The fastest forms on the adapter, measured once and remembered; or fixed ones, the same on every adapter.',
      ['measured', 'fixed'],
      'measured',
    ),
    precision: choice(
      'Precision',
      'How weights and activations are stored: f16 takes less memory, and needs an adapter that has it. All arithmetic, gradients and what AdamW moves stay in f32; what it costs in accuracy is measured after each stage.',
      ['f32', 'f16'],
      'f32',
    ),
    task: section('Task', 'What the model learns to answer.', {
      name: choice(
        'Task',
        'Problems with an exact verifier and teacher traces.',
        [...(taskNames as [TaskName, ...TaskName[]]), OWN],
        'parity',
      ),
      level: integer('Difficulty', "On the task's own dial: bits, digits, cities, slots …", 12, 1, 32),
    }),
    own: section('Your own', 'Problems of your own, for the task own.', {
      problems: z.array(ownLineSchema).max(OWN_LIMITS.problems).default([]),
      match: choice(
        'Match',
        'Answers as the same text, as numbers within the tolerance, or by regular expressions.',
        ownMatches,
        'exact',
      ),
      tolerance: number('Tolerance', 'Of numeric answers: how far from the right one they may be.', 0, 0, 1e12),
    }),
    model: section('Model', "A Phi-3 transformer, as Hugging Face's Phi3ForCausalLM.", {
      layers: integer('Layers L', 'Blocks of attention and feed-forward.', 2, 1, 24),
      width: integer('Width C', 'Channels of the residual stream.', 64, 8, 1024),
      heads: integer('Heads H', 'Query heads; width ÷ heads is the head width, a multiple of 4.', 4, 1, 32),
      kvHeads: integer('Key/value heads K', 'Heads of keys and values, shared by H ÷ K query heads each.', 2, 1, 32),
      ffn: integer('Feed-forward F', 'Width of the SwiGLU layer.', 192, 8, 4096),
      tied: flag('Tied embeddings', 'One table for the input embedding and for lm_head.', true),
      ropeTheta: number(
        'RoPE base',
        'Base of the rotary angles; the report doubles it to stretch the context.',
        10000,
        1,
        1e7,
      ),
      initializerRange: number(
        'Initial deviation',
        "Standard deviation of fresh weights. Phi's 0.02 suits widths in the thousands; at 64 channels it leaves attention too flat to learn from.",
        0.07,
        1e-4,
        1,
      ),
      partialRotary: number('Rotary share', 'Share of each head that turns with the position.', 1, 0, 1),
    }),
    memory: section('Memory', 'What training keeps, against what it computes again.', {
      recompute: flag(
        'Recompute activations',
        "Keeps only each block's input and computes the block again in the backward pass: less memory, about a third more work.",
        false,
      ),
    }),
    data: dataSection,
    sft: section('SFT', 'Supervised fine-tuning on teacher traces, loss on completions only.', {
      steps: integer('Steps', 'Optimizer steps; 0 skips this stage.', 300, 0, 100_000),
      sequences: integer('Sequences a step', 'Traces packed end to end into one batch.', 64, 1, 4096),
      learningRate: number('Learning rate', 'Peak rate of AdamW.', 3e-3, 0, 1),
      warmup: integer('Warm-up', 'Steps of linear rise to the peak.', 50, 0, 10_000),
      floor: number('Final share', 'Share of the peak at which the cosine ends.', 0.1, 0, 1),
      weightDecay: number('Weight decay', 'Of matrices; norms do not decay.', 0.1, 0, 10),
      maxGradNorm: number('Clip', 'Largest norm of the whole gradient; 0 for no clipping.', 1, 0, 1000),
      shortShare: number('Short traces', 'Share of traces that answer at once, with an empty think block.', 0.75, 0, 1),
      mendShare: number('Mending traces', 'Share of traces that go wrong, notice it and mend it.', 0, 0, 1),
      gateEvery: integer('Gate every', 'Steps between two looks at the sampled accuracy; 0 for none.', 0, 0, 10_000),
      gateAccuracy: number('Gate', 'Sampled accuracy that ends the stage early; 0 for none.', 0, 0, 1),
    }),
    curation: curationSection,
    grpo: section('GRPO', 'Group Relative Policy Optimization: each thought is judged against its group.', {
      steps: integer('Steps', 'Batches of rollouts; 0 skips this stage.', 40, 0, 100_000),
      prompts: integer('Problems a step P', 'Each is answered G times.', 16, 1, 1024),
      groupSize: integer('Group size G', 'Completions of one problem that are compared with each other.', 8, 2, 64),
      learningRate: number('Learning rate', 'Peak rate of AdamW.', 3e-4, 0, 1),
      warmup: integer('Warm-up', 'Steps of linear rise to the peak.', 10, 0, 10_000),
      decay: choice(
        'Schedule',
        'After the warm-up: constant, or a line or a cosine to the final share.',
        ['constant', 'linear', 'cosine'],
        'constant',
      ),
      floor: number('Final share', 'Share of the peak at which a line or a cosine ends.', 0.1, 0, 1),
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
    }),
    reward: section('Reward', "The report's reward, and others beside it; lengths in tokens, the end token included.", {
      lMax: integer('L max', 'Completion budget; a completion that reaches it without an end is cut off.', 24, 4, 4096),
      lPos: number('L pos', 'A right answer longer than this earns less.', 19.2, 0, 4096),
      lNeg: number('L neg', 'A wrong answer shorter than this costs more.', 8.4, 1, 4096),
      accuracy: number('Weight of accuracy', "The report's is 8/13.", 8 / 13, -10, 10),
      repetition: number('Weight of repetition', "The report's is 1/13.", 1 / 13, -10, 10),
      length: weight('length alone', 'Pays for tokens, whatever they say: watch it being cheated.'),
      brevity: weight('brevity', 'Pays for every token that is not used.'),
      answerFormat: weight('form of the answer', 'Pays for an answer of the right kind of signs, right or wrong.'),
      tagCount: weight('tags', 'Half for each think tag that stands exactly once.'),
      stepCount: weight('steps of the thought', 'Pays for steps between separators, up to a target.'),
      partial: weight('partly right', "The task's own measure of how much of the answer is right."),
      custom: weight('your own', 'Of the term whose JavaScript stands below.'),
      customSource: z.string().max(20_000).default('').meta({
        title: 'Your own term',
        description:
          'JavaScript: (rollout) => a number or { value, reason }; or the body of such a function. It runs by itself: no network, no clock, bounded work and memory.',
      }),
      rightShort: number(
        'Right, short',
        'Accuracy of a right answer up to L pos.',
        REPORT_CONSTANTS.rightShort,
        -10,
        10,
      ),
      rightLong: number('Right, long', 'Accuracy of a right answer at L max.', REPORT_CONSTANTS.rightLong, -10, 10),
      wrongShort: number(
        'Wrong, short',
        'Accuracy of a wrong answer of no length.',
        REPORT_CONSTANTS.wrongShort,
        -10,
        10,
      ),
      wrongLong: number(
        'Wrong, long',
        'Accuracy of a wrong answer from L neg on.',
        REPORT_CONSTANTS.wrongLong,
        -10,
        10,
      ),
      missingEnd: number('No end', 'Accuracy of what was cut off.', REPORT_CONSTANTS.missingEnd, -10, 10),
      formatFault: number(
        'Format fault',
        'Accuracy where a think tag is missing, repeated or out of order.',
        REPORT_CONSTANTS.formatFault,
        -10,
        10,
      ),
      firstFault: choice(
        'First fault',
        'Which of the two tells where both apply.',
        ['end', 'format'],
        REPORT_CONSTANTS.firstFault,
      ),
      repetitionN: integer('n of the n-grams', 'Words, or tokens, in a row.', REPORT_CONSTANTS.repetitionN, 1, 64),
      repetitionOften: integer(
        'Often',
        'An n-gram counts as repeated where it stands more often than this.',
        REPORT_CONSTANTS.repetitionOften,
        1,
        4096,
      ),
      stepsTarget: integer(
        'Steps',
        'Steps of a thought that earn all of that term.',
        REPORT_CONSTANTS.stepsTarget,
        1,
        1000,
      ),
    }),
    evaluation: section('Evaluation', 'On problems that training never sees.', {
      problems: integer('Problems', 'Held-out problems, answered once greedily and once sampled.', 256, 1, 8192),
      temperature: number('Temperature', 'Of the sampled answers.', 1, 0.05, 5),
      base: flag('Before training', 'Evaluates the model before SFT too, as its weights were drawn.', false),
      others: z.array(z.strictObject(taskAtLevel)).max(64).default([]).meta({
        title: 'Other tasks',
        description:
          'Evaluated beside the task after each stage, on as many problems: what training on one gives another.',
      }),
    }),
  })
  .superRefine((recipe, context) => {
    /** A field that is out of its range is wrong once. */
    const issue = (path: (string | number)[], message: string) => {
      if (!context.issues.some((other) => other.path?.join() === path.join()))
        context.addIssue({ code: 'custom', path, message });
    };
    if (!checkData(recipe as Recipe, issue)) return;
    if (recipe.sft.shortShare + recipe.sft.mendShare > 1)
      issue(['sft', 'mendShare'], 'short and mending traces are more than all traces together');
    if (recipe.reward.lPos >= recipe.reward.lMax)
      issue(['reward', 'lPos'], `L pos (${recipe.reward.lPos}) must be below L max (${recipe.reward.lMax})`);
    if (recipe.reward.custom !== 0 && recipe.reward.customSource.trim() === '')
      issue(['reward', 'customSource'], 'your own term has a weight but no JavaScript');
    if (recipe.grpo.lossType !== 'cispo' && recipe.grpo.epsilonHigh > 1)
      issue(['grpo', 'epsilonHigh'], 'above 1 only for cispo, where it is the cap of the ratio itself');
    if (recipe.grpo.lossType === 'cispo' && recipe.grpo.epsilonHigh < 1)
      issue(['grpo', 'epsilonHigh'], 'for cispo it is the cap of the ratio itself: 1 or more');
    const { grpo } = recipe;
    if (grpo.gammaMin > grpo.gammaMax)
      issue(['grpo', 'gammaMin'], `γ least (${grpo.gammaMin}) must not be above γ most (${grpo.gammaMax})`);
    const [least, most] = [grpo.correctionMin, grpo.correctionMax];
    if (most > 0 && least >= most)
      issue(['grpo', 'correctionMin'], `the least correction (${least}) must be below the most (${most})`);
    if (grpo.samplerCorrection.endsWith('truncate') && most === 0 && least === 0)
      issue(['grpo', 'correctionMax'], `${grpo.samplerCorrection} needs a bound to clamp to`);
    const { width, heads, kvHeads, partialRotary } = recipe.model;
    if (heads < 1) return; // said at the field
    if (width % (4 * heads) !== 0 || width / heads > MAX_HEAD_DIM)
      return issue(
        ['model', 'width'],
        `is ${width} for ${heads} heads; use a multiple of ${4 * heads} up to ${heads * MAX_HEAD_DIM}`,
      );
    if (heads % kvHeads !== 0)
      issue(['model', 'kvHeads'], `is ${kvHeads}: ${heads} heads cannot share them evenly; use a divisor of ${heads}`);
    const rotary = rotaryDim({ head_dim: width / heads, partial_rotary_factor: partialRotary });
    if (rotary % 2 !== 0)
      issue(
        ['model', 'partialRotary'],
        `is ${partialRotary}: ${rotary} of the ${width / heads} channels of a head would turn, an odd number; use a share that makes it even`,
      );
  });

export type Recipe = z.infer<typeof recipeSchema>;
/** A recipe with anything left out that has a default. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** The model's shape in Hugging Face's names. @throws naming what does not fit together */
export function phiConfigOf({ model }: Pick<Recipe, 'model'>, vocabulary: number): PhiConfig {
  return parsePhiConfig(
    {
      vocab_size: vocabulary,
      hidden_size: model.width,
      num_hidden_layers: model.layers,
      num_attention_heads: model.heads,
      head_dim: model.width / model.heads,
      num_key_value_heads: model.kvHeads,
      intermediate_size: model.ffn,
      rope_theta: model.ropeTheta,
      partial_rotary_factor: model.partialRotary,
      tie_word_embeddings: model.tied,
    },
    'model',
  );
}

/** Fills in defaults. @throws naming every field that is wrong, where it stands and what it may be */
export function parseRecipe(input: unknown, where = 'recipe'): Recipe {
  return parseAs(recipeSchema, input, where) as Recipe;
}

/**
 * The recipe with fields set by path (`grpo.steps` → 40), checked anew.
 * @throws naming a path that does not exist or a value out of range
 */
export function withFields(recipe: Recipe, fields: Readonly<Record<string, unknown>>): Recipe {
  const copy = structuredClone(recipe) as Record<string, unknown>;
  for (const [path, value] of Object.entries(fields)) {
    const keys = path.split('.');
    const last = keys.pop() as string;
    let at = copy;
    for (const key of keys) {
      const next = Object.hasOwn(at, key) ? at[key] : undefined;
      if (typeof next !== 'object' || next === null) throw new Error(`recipe: there is no field ${excerpt(path)}`);
      at = next as Record<string, unknown>;
    }
    if (!Object.hasOwn(at, last)) throw new Error(`recipe: there is no field ${excerpt(path)}`);
    if (typeof at[last] === 'object' && !Array.isArray(at[last]))
      throw new Error(`recipe: ${excerpt(path)} is a section: set one of its fields, as ${excerpt(path)}.…`);
    at[last] = value;
  }
  return parseRecipe(copy);
}
