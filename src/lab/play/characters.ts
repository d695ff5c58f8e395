/** Characters of a prompt that a character tokenizer does not have. */
import { SPECIAL, VOCABULARY } from '../../text/vocabulary';

/** Vocabulary of the lab's own models. */
export const LAB_VOCABULARY = VOCABULARY;

export interface OutsideCharacters {
  /** Characters that a model does not have. */
  readonly characters: readonly string[];
  /** Characters that it has. */
  readonly allowed: readonly string[];
}

/** Characters of a text outside one of the vocabularies; null if all are inside. Written special tokens are inside. */
export function outside(text: string, vocabularies: readonly (readonly string[])[]): OutsideCharacters | null {
  const plain = Object.values(SPECIAL).reduce<string>((rest, special) => rest.replaceAll(special, ''), text);
  for (const vocabulary of vocabularies) {
    const known = new Set(vocabulary);
    const characters = [...new Set(plain)].filter((character) => !known.has(character));
    if (characters.length > 0) return { characters, allowed: vocabulary.filter((token) => [...token].length === 1) };
  }
  return null;
}
