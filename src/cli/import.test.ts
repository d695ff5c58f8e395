/** Model folders of other programs: they load, or end with exit code 2 and name file and key. */
import { mkdirSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { modelToFiles } from '../formats/model';
import { writeSafetensors } from '../formats/safetensors';
import { recipeByName } from '../lab/recipe/presets';
import { modelTypes } from '../model/architectures';
import { parseModelConfig } from '../model/config';
import { initialTensors, parameterTable } from '../model/parameters';
import { Tokenizer } from '../text/tokenizer';
import { at, lab, lines, write } from './cli.fixture';

const shape = {
  vocab_size: 104,
  hidden_size: 16,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 12,
  tie_word_embeddings: true,
  max_position_embeddings: 40,
};
const config = parseModelConfig(shape);
const tensors = new Map(initialTensors(parameterTable(config), 0.3, 7));
const files = modelToFiles({ config, tensors, tokenizer: new Tokenizer() });
const DOWN = 'model.layers.0.mlp.down_proj.weight';

/** Writes a model folder with changed files. */
function folder(name: string, changed: Readonly<Record<string, Uint8Array | object | null>>): string {
  mkdirSync(at(name));
  for (const [file, content] of Object.entries({ ...files, ...changed }))
    if (content !== null) write(`${name}/${file}`, content instanceof Uint8Array ? content : JSON.stringify(content));
  return at(name);
}
const sample = (model: string, ...more: string[]) =>
  lab('sample', '--model', model, '--prompt', '1=', '--adapter', 'cpu', '--temperature', '0', '--json', ...more);
const ids = (ended: Awaited<ReturnType<typeof lab>>) =>
  (lines(ended)[0] as { completions: { ids: number[] }[] }).completions[0]!.ids;

let plain: number[];
beforeAll(async () => {
  plain = ids(await sample(folder('plain', {}), '--max-new', '6'));
});

it('shards, without num_key_value_heads, sample as one file does', async () => {
  const part = (held: (name: string) => boolean) => new Map([...tensors].filter(([name]) => held(name)));
  const weight_map = Object.fromEntries(
    [...tensors.keys()].map((name) => [name, name === DOWN ? 'b.safetensors' : 'a.safetensors']),
  );
  const model = folder('shards', {
    'config.json': { ...shape, eos_token_id: 3 },
    'model.safetensors': null,
    'model.safetensors.index.json': { weight_map },
    'a.safetensors': writeSafetensors(part((name) => name !== DOWN)),
    'b.safetensors': writeSafetensors(part((name) => name === DOWN)),
  });
  expect(ids(await sample(model, '--max-new', '6'))).toEqual(plain);
});

it.each(modelTypes)('a model folder of type %s samples and evaluates', async (model_type) => {
  const typed = parseModelConfig({ ...shape, model_type, head_dim: 12 });
  const saved = modelToFiles({
    config: typed,
    tensors: initialTensors(parameterTable(typed), 0.3, 7),
    tokenizer: new Tokenizer(),
  });
  const model = folder(`a ${model_type}`, saved);
  expect(ids(await sample(model, '--max-new', '6'))).toHaveLength(6);
  const asked = ['--task', 'parity', '--problems', '2', '--runs', '1', '--max-new', '4', '--adapter', 'cpu'];
  const evaluated = await lab('eval', '--model', model, ...asked);
  expect(evaluated.code, evaluated.error).toBe(0);
});

it('generation_config.json names the tokens that end a completion', async () => {
  const model = folder('ends', { 'generation_config.json': { eos_token_id: [103, plain[0]] } });
  expect(ids(await sample(model, '--max-new', '6'))).toEqual([plain[0]]);
});

it('a sequence longer than the sliding window is refused, also where the folder has a recipe', async () => {
  const { config, recipe } = {
    config: { ...shape, sliding_window: 5, eos_token_id: 3 },
    recipe: recipeByName('parity-8-nano'),
  };
  const model = folder('window', { 'config.json': config, 'recipe.json': recipe });
  const evaluated = [
    'eval',
    '--model',
    model,
    '--task',
    'parity',
    '--adapter',
    'cpu',
    '--problems',
    '2',
    '--runs',
    '1',
  ];
  const { code, error } = await lab(...evaluated);
  expect(error).toContain('its sliding_window is 5');
  expect(code).toBe(2);
});

const broken = new Map(tensors).set(DOWN, { shape: [16, 12], data: new Float32Array(192).fill(Number.NaN, 5, 6) });
it.each([
  [
    'a weight that is not finite',
    { 'model.safetensors': writeSafetensors(broken) },
    [],
    `model.safetensors: ${DOWN} has NaN at element 5`,
  ],
  [
    'another rope',
    { 'config.json': { ...shape, rope_scaling: { type: 'longrope' } } },
    [],
    'config.json: rope_scaling is {"type":"longrope"}',
  ],
  [
    'no weights',
    { 'model.safetensors': null },
    [],
    'model.safetensors is missing, and so is model.safetensors.index.json',
  ],
  ['more tokens than the model takes', {}, ['--max-new', '60'], 'its max_position_embeddings is 40: use at most 31'],
])('%s ends with exit code 2', async (what, changed, options, message) => {
  const ended = await sample(folder(what, changed), ...options);
  expect(ended.error).toContain(message);
  expect(ended.error).not.toMatch(/^\s+at /m);
  expect([ended.code, ended.out]).toEqual([2, '']);
});
