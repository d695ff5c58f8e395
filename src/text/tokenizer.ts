/** Character tokenizer with special tokens, its chat format, and Hugging Face's `tokenizer.json` in both directions. */
import { listed, quote } from '../quote';
import { tokenizerFileFaults } from './tokenizerFile';
import { SPECIAL, VOCABULARY } from './vocabulary';

export class Tokenizer {
  private readonly ids: ReadonlyMap<string, number>;
  readonly special: Readonly<Record<keyof typeof SPECIAL, number>>;

  constructor(readonly tokens: readonly string[] = VOCABULARY) {
    this.ids = new Map(tokens.map((token, id) => [token, id]));
    const id = (token: string) => {
      const found = this.ids.get(token);
      if (found === undefined) throw new Error(`the vocabulary lacks the special token ${token}`);
      return found;
    };
    this.special = Object.fromEntries(
      Object.entries(SPECIAL).map(([name, token]) => [name, id(token)]),
    ) as typeof this.special;
  }

  get size(): number {
    return this.tokens.length;
  }

  /**
   * Token ids of a text. Special tokens written out in it become one token each.
   * @param where names the text in the error
   * @throws naming a character outside the vocabulary and its position
   */
  encode(text: string, where = 'text'): number[] {
    const specials = Object.values(SPECIAL);
    const out: number[] = [];
    for (let at = 0; at < text.length; ) {
      const special = specials.find((token) => text.startsWith(token, at));
      const token = special ?? String.fromCodePoint(text.codePointAt(at) as number);
      const id = this.ids.get(token);
      if (id === undefined)
        throw new Error(`${where}: character ${JSON.stringify(token)} at position ${at + 1} is outside the vocabulary`);
      out.push(id);
      at += token.length;
    }
    return out;
  }

  token(id: number): string {
    return this.tokens[id] ?? `<unknown ${id}>`;
  }

  decode(ids: readonly number[]): string {
    return ids.map((id) => this.token(id)).join('');
  }

  /** `<|im_start|><|user|><|im_sep|>…<|im_end|><|im_start|><|assistant|><|im_sep|>`; each role is one token. */
  chatPrompt(prompt: string): number[] {
    const { start, separator, end, user, assistant } = this.special;
    return [start, user, separator, ...this.encode(prompt, 'prompt'), end, start, assistant, separator];
  }

  /** Token ids of a completion, with the end token. */
  completion(text: string): number[] {
    return [...this.encode(text, 'completion'), this.special.end];
  }

  /** Contents of `tokenizer.json` for Hugging Face's tokenizers: one id per character and per special token. */
  toJson(): Record<string, unknown> {
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: Object.values(this.special).map((id) => ({
        id,
        content: this.token(id),
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        // `decode` skips special tokens, but rewards and readers need the think tags in the text
        special: id !== this.special.think && id !== this.special.thinkEnd,
      })),
      normalizer: null,
      pre_tokenizer: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false },
      post_processor: null,
      decoder: { type: 'Fuse' },
      model: { type: 'WordLevel', vocab: Object.fromEntries(this.ids), unk_token: SPECIAL.pad },
    };
  }

  /** Reads such a `tokenizer.json`. @throws naming what is missing, or splits or joins text differently */
  static fromJson(json: unknown, where = 'tokenizer.json'): Tokenizer {
    const vocab = (json as { model?: { vocab?: unknown } } | null)?.model?.vocab;
    if (typeof vocab !== 'object' || vocab === null)
      throw new Error(`${where}: model.vocab is missing; use the tokenizer.json of a model of this lab`);
    const entries = Object.entries(vocab as Record<string, unknown>);
    const tokens: string[] = [];
    for (const [token, id] of entries) {
      if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= entries.length)
        throw new Error(`${where}: token ${quote(token)} has id ${quote(id)}; use 0 to ${entries.length - 1}`);
      const other = tokens[id as number];
      if (other !== undefined)
        throw new Error(`${where}: ${quote(other)} and ${quote(token)} share id ${quote(id)}; give each its own`);
      tokens[id as number] = token;
    }
    const specials: readonly string[] = Object.values(SPECIAL);
    const long = tokens.find((token) => [...token].length !== 1 && !specials.includes(token));
    if (long !== undefined)
      throw new Error(`${where}: ${quote(long)} is more than one character; this lab reads vocabularies of characters`);
    const tokenizer = new Tokenizer(tokens);
    const faults = [...tokenizerFileFaults(json as Readonly<Record<string, unknown>>, tokens)];
    if (faults.length > 0) throw new Error(listed(faults.map((fault) => `${where}: ${fault}`)));
    return tokenizer;
  }
}
