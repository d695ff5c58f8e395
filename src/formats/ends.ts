/** Tokens that end a completion, as transformers 5 finds them in a model folder. */
import { quote } from '../quote';

/**
 * `eos_token_id` of generation_config.json where there is that file, else of config.json: one token, several, or none.
 * Of several, those outside the vocabulary end nothing and are left out.
 * @param generation the value of generation_config.json; undefined where there is none
 * @returns null where the file lacks the key
 * @throws naming the file and the key
 */
export function endTokens(config: unknown, generation: unknown, vocabulary: number): number[] | null {
  const where = generation === undefined ? 'config.json' : 'generation_config.json';
  const file = generation === undefined ? config : generation;
  if (typeof file !== 'object' || file === null || Array.isArray(file))
    throw new Error(`${where}: is no JSON object; remove the file, or save the model again`);
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
