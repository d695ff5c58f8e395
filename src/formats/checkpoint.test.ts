/** Models as files: they read back to the bit, and errors name every fault. */
import { describe, expect, it } from 'vitest';
import { modelTypes, recordOf } from '../model/architectures';
import { parseModelConfig } from '../model/config';
import { initialTensors, parameterTable } from '../model/parameters';
import { Tokenizer } from '../text/tokenizer';
import { folderOf, type ModelFiles, modelToFiles, readModelFolder } from './model';
import { readSafetensors, writeSafetensors } from './safetensors';

const shape = {
  vocab_size: 104,
  hidden_size: 16,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  intermediate_size: 12,
  tie_word_embeddings: true,
};
const config = parseModelConfig(shape);
const model = { config, tensors: initialTensors(parameterTable(config), 0.1, 7), tokenizer: new Tokenizer() };
const files = modelToFiles(model);
const text = (change: (json: Record<string, unknown>) => void, bytes: Uint8Array) => {
  const json = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  change(json);
  return new TextEncoder().encode(JSON.stringify(json));
};
const withTensors = (
  change: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void,
): ModelFiles => {
  const tensors = new Map(model.tensors);
  change(tensors);
  return { ...files, 'model.safetensors': writeSafetensors(tensors) };
};

it('reads a written model back unchanged', () => {
  const back = readModelFolder(folderOf(files));
  expect(back.config).toEqual(config);
  expect(back.ends).toEqual([model.tokenizer.special.end]);
  expect([...back.tensors]).toEqual([...model.tensors]);
  expect(back.tokenizer.tokens).toEqual(model.tokenizer.tokens);
});

it('takes the end tokens of the folder: none for null, <|im_end|> by default', () => {
  const { end } = model.tokenizer.special;
  const ends = (change: (json: Record<string, unknown>) => void) =>
    readModelFolder(folderOf({ ...files, 'generation_config.json': text(change, files['generation_config.json']) }))
      .ends;
  expect(ends((json) => Object.assign(json, { eos_token_id: null }))).toEqual([]);
  expect(ends((json) => Object.assign(json, { eos_token_id: [end, 5, end] }))).toEqual([end, 5]);
  expect(ends((json) => delete json.eos_token_id)).toEqual([end]);
});

describe.each(modelTypes)('a model of type %s', (model_type) => {
  const typed = parseModelConfig({ ...shape, model_type });
  const table = parameterTable(typed);
  const saved = modelToFiles({ ...model, config: typed, tensors: initialTensors(table, 0.1, 7) });

  it('writes class, names, shapes and end tokens as Hugging Face reads them', () => {
    const json = JSON.parse(new TextDecoder().decode(saved['config.json'])) as Record<string, unknown>;
    const { className } = recordOf(typed);
    expect(json).toMatchObject({ architectures: [className], model_type, eos_token_id: 3, pad_token_id: 0 });
    const stored = [...readSafetensors(saved['model.safetensors'])].map(([name, tensor]) => [name, tensor.shape]);
    expect(stored.sort()).toEqual(table.specs.map(({ name, shape }) => [name, shape]).sort());
  });

  it('reads back with the same architecture', () => {
    expect(readModelFolder(folderOf(saved)).config).toEqual(typed);
  });
});

describe('a broken folder is rejected for', () => {
  const name = 'model.layers.0.mlp.down_proj.weight';
  it.each([
    ['a missing tensor', withTensors((tensors) => tensors.delete(name)), `model.safetensors: ${name} is missing`],
    [
      'a misshapen tensor',
      withTensors((tensors) => tensors.set(name, { shape: [12, 16], data: new Float32Array(192) })),
      `${name} has shape [12,16], expected [16,12]`,
    ],
    [
      'an unknown tensor',
      withTensors((tensors) => tensors.set('lm_head.weight', { shape: [1], data: new Float32Array(1) })),
      'lm_head.weight is not part of this model',
    ],
    [
      'a short file',
      { ...files, 'model.safetensors': files['model.safetensors'].slice(0, 2000) },
      'model.safetensors: ',
    ],
    ['no header', { ...files, 'model.safetensors': new Uint8Array(3) }, '3 bytes are too few'],
    [
      'another header',
      { ...files, 'model.safetensors': Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 110, 117, 108, 108) },
      'not a JSON object',
    ],
    ['no JSON', { ...files, 'config.json': new TextEncoder().encode('{') }, 'config.json is not JSON'],
    [
      'a field',
      { ...files, 'config.json': text((json) => Object.assign(json, { hidden_size: -1 }), files['config.json']) },
      'config.json: hidden_size',
    ],
    [
      'a number that JSON does not have',
      { ...files, 'config.json': new TextEncoder().encode('{"rope_theta": NaN}') },
      'line 1, column 16: this is no JSON value but NaN (the value of "rope_theta"); write a finite number',
    ],
    [
      'a width that the heads do not share',
      {
        ...files,
        'config.json': text(
          (json) => Object.assign(json, { hidden_size: 64, num_attention_heads: 3, head_dim: undefined }),
          files['config.json'],
        ),
      },
      'config.json: hidden_size is 64, 21 for each of 3 heads (num_attention_heads); the width of a head is a multiple of 4',
    ],
    [
      'a number as text',
      { ...files, 'config.json': text((json) => Object.assign(json, { hidden_size: '16' }), files['config.json']) },
      'config.json: hidden_size is "16"; use a whole number from 1 to 8192',
    ],
    [
      'another activation',
      { ...files, 'config.json': text((json) => Object.assign(json, { hidden_act: 'gelu' }), files['config.json']) },
      'hidden_act is "gelu"',
    ],
    ...([true, '', 0] as const).map((bias): [string, ModelFiles, string] => [
      `a bias of ${JSON.stringify(bias)}`,
      { ...files, 'config.json': text((json) => Object.assign(json, { attention_bias: bias }), files['config.json']) },
      `attention_bias is ${JSON.stringify(bias)}`,
    ]),
    [
      'scaled positions',
      {
        ...files,
        'config.json': text(
          (json) => Object.assign(json, { rope_scaling: { type: 'longrope' } }),
          files['config.json'],
        ),
      },
      'rope_scaling is {"type":"longrope"}',
    ],
  ])('%s', (_, broken, message) => {
    expect(() => readModelFolder(folderOf(broken as ModelFiles))).toThrow(message);
  });
});

it('reads rotary settings at the keys of transformers 5', () => {
  const given = {
    ...config,
    rope_theta: undefined,
    partial_rotary_factor: undefined,
    rope_parameters: { rope_type: 'default', rope_theta: 500, partial_rotary_factor: 0.5 },
  };
  expect(parseModelConfig(given)).toMatchObject({ rope_theta: 500, partial_rotary_factor: 0.5 });
});
