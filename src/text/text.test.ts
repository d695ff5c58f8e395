/** The tokenizer, its file, and the parts of a completion. */
import { describe, expect, it } from 'vitest';
import { sentence } from '../reason';
import { parseCompletion, thinkWords } from './completion';
import { Tokenizer } from './tokenizer';
import { SPECIAL, VOCABULARY } from './vocabulary';

const tokenizer = new Tokenizer();

describe('the tokenizer', () => {
  it('has one id per printable character and special token, and decodes its own encoding', () => {
    expect(new Set(VOCABULARY).size).toBe(104);
    const text = `${VOCABULARY.join('')}<think>1+1=2</think>2<|im_end|>`;
    const ids = tokenizer.encode(text);
    expect(ids.slice(0, 104)).toEqual(VOCABULARY.map((_, id) => id));
    expect(tokenizer.decode(ids)).toBe(text);
  });

  it('writes the chat format with one token per role', () => {
    expect(tokenizer.decode(tokenizer.chatPrompt('10='))).toBe(
      '<|im_start|><|user|><|im_sep|>10=<|im_end|><|im_start|><|assistant|><|im_sep|>',
    );
    expect(tokenizer.completion('<think></think>1').at(-1)).toBe(tokenizer.special.end);
  });

  it('names a character outside the vocabulary and its place', () => {
    expect(() => tokenizer.chatPrompt('12é4')).toThrow('prompt: character "é" at position 3 is outside the vocabulary');
    expect(() => tokenizer.encode('a😀')).toThrow('character "😀" at position 2');
  });

  it('survives tokenizer.json, and names the fault of a wrong one', () => {
    expect(Tokenizer.fromJson(JSON.parse(JSON.stringify(tokenizer.toJson()))).tokens).toEqual(VOCABULARY);
    expect(() => Tokenizer.fromJson({})).toThrow('model.vocab is missing');
    expect(() => Tokenizer.fromJson({ model: { vocab: { a: 0, b: 0 } } })).toThrow('"a" and "b" share id 0');
    expect(() => Tokenizer.fromJson({ model: { vocab: { a: 0 } } })).toThrow('lacks the special token');
    expect(() => Tokenizer.fromJson({ model: { vocab: { word: 0 } } })).toThrow('"word" is more than one character');
  });
});

describe('a tokenizer.json that splits or joins text differently is rejected by key', () => {
  const file = tokenizer.toJson();
  const added = file.added_tokens as Record<string, unknown>[];
  it.each([
    [{ model: { ...(file.model as object), type: 'BPE' } }, 'model.type is "BPE"'],
    [{ model: { ...(file.model as object), unk_token: '<unk>' } }, 'model.unk_token is "<unk>"'],
    [{ version: 2 }, 'version is 2; it must be "1.0"'],
    [{ version: null }, 'version is null'],
    [{ added_tokens: [...added, added[0]] }, 'added_tokens has "<|pad|>" twice'],
    [{ added_tokens: [{ ...added[0], id: { toString: 1 } }] }, 'added_tokens has {"id":{"toString":1}'],
    [{ padding: -1 }, 'padding is -1'],
    [{ truncation: {} }, 'truncation is {}'],
    [{ normalizer: { type: 'Lowercase' } }, 'normalizer is {"type":"Lowercase"}'],
    [{ pre_tokenizer: { type: 'Whitespace' } }, 'pre_tokenizer is {"type":"Whitespace"}'],
    [{ pre_tokenizer: null }, 'pre_tokenizer is null'],
    [{ post_processor: { type: 'TemplateProcessing', special_tokens: { a: {} } } }, 'post_processor is '],
    [{ decoder: null }, 'decoder is null'],
    [{ added_tokens: added.slice(1) }, 'added_tokens lacks "<|pad|>"'],
    [{ added_tokens: [...added, { id: 9, content: '<x>' }] }, 'added_tokens has {"id":9'],
    [{ added_tokens: [{ ...added[0], lstrip: true }, ...added.slice(1)] }, 'added_tokens: "<|pad|>" has lstrip true'],
  ])('case %#', (change, message) => {
    expect(() => Tokenizer.fromJson({ ...file, ...change })).toThrow(`tokenizer.json: ${message}`);
  });
});

describe('a completion', () => {
  it.each([
    ['<think>110</think>0<|im_end|>', 'ok', '110', '0', true],
    ['<think></think>1', 'ok', '', '1', false],
    ['0<|im_end|>', 'missing', null, '0', true],
    ['<think>1100', 'missing', null, null, false],
    ['1</think>0<|im_end|>', 'missing', null, '0', true],
    ['<think><think>1</think>0<|im_end|>', 'repeated', null, '0', true],
    ['<think>1</think>0</think>1<|im_end|>', 'repeated', null, '1', true],
    ['</think>1<think>0<|im_end|>', 'order', null, '1<think>0', true],
  ] as const)('%s is %s', (text, think, thought, answer, ended) => {
    expect(parseCompletion(text)).toMatchObject({ think, thought, answer, ended });
  });

  it('names the fault of its tags', () => {
    const { thinkFault } = parseCompletion(`${SPECIAL.think}1`);
    expect(thinkFault).toEqual({ code: 'missing', values: { tag: '</think>' } });
    expect(sentence(thinkWords, thinkFault!)).toBe('</think> is missing');
  });
});
