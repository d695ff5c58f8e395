/** End tokens of a completion, as transformers 5 reads them from a model folder. */
import { quote } from '../quote';

/**
 * `eos_token_id` of generation_config.json if the folder has that file, else of config.json: one token, several, or none.
 * Tokens outside the vocabulary are dropped if others remain.
 * @param generation value of generation_config.json; undefined without the file
 * @returns null if the file lacks the key
 * @throws naming the file and the key
 */
export function endTokens(config: unknown, generation: unknown, vocabulary: number): number[] | null {
  const where = generation === undefined ? 'config.json' : 'generation_config.json';
  const file = generation === undefined ? config : generation;
  if (typeof file !== 'object' || file === null || Array.isArray(file))
    throw new Error(`${where}: is not a JSON object; remove the file, or save the model again`);
  const { eos_token_id: given } = file as { eos_token_id?: unknown };
  if (given === undefined) return null;
  const ends = given === null ? [] : [given].flat();
  const empty = Array.isArray(given) && ends.length === 0;
  if (empty || !ends.every((id): id is number => Number.isSafeInteger(id)))
    throw new Error(`${where}: eos_token_id is ${quote(given)}; use a token id, a list of them, or null`);
  const known = [...new Set(ends)].filter((id) => id >= 0 && id < vocabulary);
  if (ends.length > 0 && known.length === 0)
    throw new Error(
      `${where}: eos_token_id is ${quote(given)}, outside the vocabulary of ${vocabulary}: no completion would end; name a token of it, or null`,
    );
  return known;
}
