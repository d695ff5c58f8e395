/** Batches that a run's SFT trained on, rebuilt from its recipe. */
import { Tokenizer } from '../../text/tokenizer';
import { type SftExample, sftBatch } from '../../train/sftBatch';
import type { Recipe } from '../recipe/recipe';
import { sftOptions } from './options';
import { openSources } from './sources';

/**
 * Draws from the recipe's sources up to an SFT step. @returns the batch of that step
 * @param step from 1
 */
export function trainedBatch(recipe: Recipe, step: number): SftExample[] {
  const { sft, traces } = openSources(recipe);
  const tokenizer = new Tokenizer();
  const options = sftOptions(recipe);
  for (let before = 1; before < step; before++) sftBatch(sft, traces, tokenizer, options);
  return sftBatch(sft, traces, tokenizer, options);
}
