/** Models to sample from: a checkpoint of a stored run, or the weights before training. */
import type { SavedModel } from '../../formats/model';
import { initialTensors, parameterTable, type Tensors } from '../../model/parameters';
import type { Files } from '../../runs/files';
import { RunFolder } from '../../runs/runFolder';
import { Tokenizer } from '../../text/tokenizer';
import { modelConfigOf, type Recipe } from '../recipe/recipe';
import { lengthsOf } from '../run/lengths';
import { storedRecipe } from '../stored/continuation';
import { checkpointOf } from '../stored/forked';

/** Name of the weights before training, in place of a checkpoint. */
export const BASE = 'base';

export interface PlayModel {
  readonly model: SavedModel;
  /** Recipe of its training; null if unknown. */
  readonly recipe: Recipe | null;
}

/** @param trained weights of a checkpoint; null for those from which a run of the recipe starts */
function modelOf(recipe: Recipe, trained: Tensors | null): PlayModel {
  const tokenizer = new Tokenizer();
  const { longest } = lengthsOf(recipe, tokenizer);
  const config = { ...modelConfigOf(recipe, tokenizer.size), max_position_embeddings: longest };
  const tensors = trained ?? initialTensors(parameterTable(config), recipe.model.initializerRange, recipe.seed);
  return { model: { config, tensors, tokenizer }, recipe };
}

/** Model of a recipe before training. */
export const untrainedModel = (recipe: Recipe): PlayModel => modelOf(recipe, null);

/**
 * Model of a stored run.
 * @param name checkpoint, such as `grpo-20`, or `base`; null for the newest checkpoint
 * @throws naming the checkpoints of the run, or the file that is missing or damaged
 */
export async function storedModel(files: Files, name: string | null): Promise<PlayModel> {
  if (name === BASE) return untrainedModel(await storedRecipe(await RunFolder.open(files)));
  const { checkpoint } = await checkpointOf(files, name, 'model');
  return modelOf(checkpoint.recipe, checkpoint.model);
}
