import { parameterTable } from '../../model/parameters';
import { Tokenizer } from '../../text/tokenizer';
import { modelConfigOf, type Recipe } from '../recipe/recipe';
import { lengthsOf } from './lengths';
import type { StepSize } from './memory';

/** Counts of a recipe that set the time of a step, without a device. */
export function stepSizeOf(recipe: Recipe): StepSize {
  const tokenizer = new Tokenizer();
  const { longest } = lengthsOf(recipe, tokenizer);
  const config = { ...modelConfigOf(recipe, tokenizer.size), max_position_embeddings: longest };
  return { weights: parameterTable(config).count, longest };
}
