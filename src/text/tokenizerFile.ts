/** Checks of a `tokenizer.json`: it must split and join text as this lab's tokenizer does. */
import { quote } from '../quote';
import { SPECIAL } from './vocabulary';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const none = (value: unknown) => value === undefined || value === null;

/** True for a pre-tokenizer that splits a text into characters. */
const splitsCharacters = (value: unknown): boolean =>
  isObject(value) &&
  value.type === 'Split' &&
  isObject(value.pattern) &&
  value.pattern.Regex === '[\\s\\S]' &&
  value.behavior === 'Isolated' &&
  (value.invert === undefined || value.invert === false);

/** True for a post-processor that adds no token: null, or a template of the text alone, as transformers saves it. */
const addsNothing = (value: unknown): boolean =>
  none(value) ||
  (isObject(value) &&
    value.type === 'TemplateProcessing' &&
    isObject(value.special_tokens) &&
    Object.keys(value.special_tokens).length === 0);

/** True for batch settings. A trainer saves them with the file, but every call of a tokenizer sets them again. */
const ofABatch = (value: unknown): boolean => none(value) || (isObject(value) && 'strategy' in value);

/** Parts of the file, with the check of each and its description. */
const PARTS: readonly { key: string; fits: (value: unknown) => boolean; must: string }[] = [
  { key: 'version', fits: (value) => value === undefined || value === '1.0', must: '"1.0"' },
  { key: 'truncation', fits: ofABatch, must: 'null or an object with a strategy' },
  { key: 'padding', fits: ofABatch, must: 'null or an object with a strategy' },
  { key: 'normalizer', fits: none, must: 'null: text stays as it is' },
  {
    key: 'pre_tokenizer',
    fits: splitsCharacters,
    must: 'Split by the Regex [\\s\\S], Isolated: one token per character',
  },
  { key: 'post_processor', fits: addsNothing, must: 'null: it adds no token to a text' },
  {
    key: 'decoder',
    fits: (value) => isObject(value) && value.type === 'Fuse',
    must: 'Fuse: it joins tokens without spaces',
  },
];

function* addedTokenFaults(added: unknown, tokens: readonly string[]): Generator<string> {
  if (!Array.isArray(added)) return yield `added_tokens is ${quote(added)}; list the special tokens`;
  for (const token of added) {
    if (!isObject(token) || typeof token.content !== 'string' || tokens.indexOf(token.content) !== token.id) {
      yield `added_tokens has ${quote(token)}, which model.vocab does not have under this id; use its ids`;
      continue;
    }
    for (const flag of ['special', 'normalized'])
      if (typeof token[flag] !== 'boolean')
        yield `added_tokens: ${quote(token.content)} has ${flag} ${quote(token[flag])}; use true or false`;
    for (const flag of ['single_word', 'lstrip', 'rstrip'])
      if (token[flag] !== false)
        yield `added_tokens: ${quote(token.content)} has ${flag} ${quote(token[flag])}; use false`;
  }
  const contents = added.map((token) => (isObject(token) ? token.content : null));
  const twice = contents.find((content, i) => contents.indexOf(content) !== i);
  if (twice !== undefined) yield `added_tokens has ${quote(twice)} twice; keep one`;
  for (const special of Object.values(SPECIAL))
    if (!contents.includes(special)) yield `added_tokens lacks ${quote(special)}, which would be split into characters`;
}

/**
 * Faults of a file whose vocabulary is already read.
 * @param tokens the vocabulary by id
 */
export function* tokenizerFileFaults(json: Json, tokens: readonly string[]): Generator<string> {
  const { type, unk_token: unknown } = json.model as Json;
  if (!none(unknown) && !tokens.includes(unknown as string))
    yield `model.unk_token is ${quote(unknown)}, which model.vocab lacks; use one of its tokens, or null`;
  if (type !== 'WordLevel')
    yield `model.type is ${quote(type)}; this lab reads "WordLevel" with one token per character`;
  for (const { key, fits, must } of PARTS)
    if (!fits(json[key])) yield `${key} is ${quote(json[key] ?? null)}; it must be ${must}`;
  yield* addedTokenFaults(json.added_tokens, tokens);
}
