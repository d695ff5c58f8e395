/** Room for new tokens in the contexts of models. */
import { longestSequence } from '../../formats/length';
import type { SavedModel } from '../../formats/model';

/** Most new tokens of a completion. */
const MOST_NEW = 65_536;

/**
 * New tokens that each of the models has room for after the prompt, as `lab sample` takes them.
 * @param wanted most new tokens; null for all the room
 * @throws naming the limit of the model that the prompt, or the wanted tokens, exceed
 */
export function newTokensFor(models: readonly SavedModel[], prompt: string, wanted: number | null): number {
  const budgets = models.map(({ config, tokenizer }) => {
    const { tokens, key } = longestSequence(config);
    const taken = tokenizer.chatPrompt(prompt).length;
    const room = tokens - taken;
    const takes = `the prompt takes ${taken} of the model's ${tokens} tokens (${key})`;
    if (room < 1) throw new Error(`${takes}, which leaves none to sample; use a shorter one`);
    if (wanted !== null && wanted > room)
      throw new Error(`${takes}, which leaves fewer than ${wanted} new tokens; use at most ${room}`);
    return wanted ?? Math.min(MOST_NEW, room);
  });
  return Math.min(...budgets);
}
