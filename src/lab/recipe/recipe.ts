/**
 * A recipe: plain, validated data that determines a run down to the seed. Each field declares its range, default, label and
 * help text. New run, the terminal's --set and the errors read them.
 */
import { z } from 'zod';
import { type ModelConfig, parseModelConfig } from '../../model/config';
import { excerpt } from '../../quote';
import { parseAs } from '../../validation';
import { choice, type Issue, integer } from './fields';
import { checkpointsSection } from './sections/checkpoints';
import { checkData, curationSection, dataSection } from './sections/data';
import { evaluationSection } from './sections/evaluation';
import { checkGrpo, grpoSection } from './sections/grpo';
import { checkModel, memorySection, modelSection } from './sections/model';
import { checkReward, rewardSection } from './sections/reward';
import { checkSft, sftSection } from './sections/sft';
import { ownSection, taskSection } from './sections/task';

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
      'Determines every random number of the run: weights, problems, traces, samples. The same seed repeats the run.',
      0,
      0,
      2 ** 31 - 1,
    ),
    tokensPerPass: integer(
      'Tokens per batch',
      'Maximum tokens of one forward and backward pass. A larger optimizer step makes several passes and adds up their gradients; a smaller number saves memory.',
      4096,
      128,
      262_144,
    ),
    kernels: choice(
      'Kernels',
      'measured: the fastest kernel variants of this device, timed once and remembered. fixed: the same variants on every device.',
      ['measured', 'fixed'],
      'measured',
    ),
    precision: choice(
      'Precision',
      'Storage type of weights and activations. f16 takes less memory and needs a device with f16; each stage measures its cost in accuracy. Arithmetic, gradients and the optimizer stay in f32.',
      ['f32', 'f16'],
      'f32',
    ),
    task: taskSection,
    own: ownSection,
    model: modelSection,
    memory: memorySection,
    data: dataSection,
    sft: sftSection,
    curation: curationSection,
    grpo: grpoSection,
    reward: rewardSection,
    evaluation: evaluationSection,
    checkpoints: checkpointsSection,
  })
  .superRefine((recipe, context) => {
    /** Reports a field only once: out of range, or in conflict with another. */
    const issue: Issue = (path, message) => {
      if (!context.issues.some((other) => other.path?.join() === path.join()))
        context.addIssue({ code: 'custom', path, message });
    };
    if (!checkData(recipe as Recipe, issue)) return;
    checkSft(recipe.sft, issue);
    checkReward(recipe.reward, issue);
    checkGrpo(recipe.grpo, issue);
    checkModel(recipe.model, issue);
  });

export type Recipe = z.infer<typeof recipeSchema>;
/** A recipe in which fields with defaults may be missing. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** The model's shape in Hugging Face's names. @throws naming what does not fit together */
export function modelConfigOf({ model }: Pick<Recipe, 'model'>, vocabulary: number): ModelConfig {
  return parseModelConfig(
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

/** Fills in defaults. @throws naming every wrong field, its place and its range */
export function parseRecipe(input: unknown, where = 'recipe'): Recipe {
  return parseAs(recipeSchema, input, where) as Recipe;
}

/**
 * The recipe with fields set by path (`grpo.steps` → 40), validated again.
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
