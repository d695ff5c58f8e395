/** Batches that a run's SFT trained on, rebuilt from its recipe. */
import { Tokenizer } from '../../text/tokenizer';
import { type SftExample, sftBatch } from '../../train/sftBatch';
import type { Recipe } from '../recipe/recipe';
import type { Checkpoint } from './checkpoint';
import { sftOptions } from './options';
import { openSources } from './sources';

/**
 * Draws from the recipe's sources up to an SFT step. @returns the batch of that step
 * @param step from 1
 * @param from start of a fork: an SFT checkpoint before the step; null for a run of its own
 */
export function trainedBatch(
  recipe: Recipe,
  step: number,
  from: Pick<Checkpoint, 'step' | 'state'> | null = null,
): SftExample[] {
  const { sft, traces } = openSources(recipe);
  const cursors = from?.state.sft;
  if (cursors?.problems) sft.restore(cursors.problems);
  if (cursors?.traces) traces.restore(cursors.traces);
  const tokenizer = new Tokenizer();
  const options = sftOptions(recipe);
  for (let before = (from?.step ?? 0) + 1; before < step; before++) sftBatch(sft, traces, tokenizer, options);
  return sftBatch(sft, traces, tokenizer, options);
}
