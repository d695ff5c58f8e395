/** Importers of foreign files: for each, a valid sample and a function that reads it. */
import '../re2';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readOwn } from '../cli/own';
import { headerLine, type RecordHeader, readRecord, runLine } from '../eval/record';
import { folderOf, modelToFiles, readModelFolder } from '../formats/model';
import { readSafetensors } from '../formats/safetensors';
import { linesOf, parseJsonFile, utf8Text } from '../json';
import { changesOf, linkOf, recipeOfLink } from '../lab/recipe/link';
import { packText } from '../lab/recipe/packedText';
import { recipeByName } from '../lab/recipe/presets/index';
import { modelConfigOf, parseRecipe, withFields } from '../lab/recipe/recipe';
import { recipeHash } from '../lab/recipe/recipeHash';
import { parseResult } from '../lab/report/results';
import { EventReader } from '../lab/run/eventReader';
import { eventToLine } from '../lab/run/events';
import { SMALL, smallStart, smallStep } from '../lab/run/smallRun.fixture';
import { initialTensors, parameterTable } from '../model/parameters';
import { listed } from '../quote';
import { openCustomTerm } from '../rewards/sandbox/sandbox';
import type { CustomRollout } from '../rewards/sandbox/term';
import { readAddress, writeLinked } from '../screens/app/address';
import { Tokenizer } from '../text/tokenizer';
import { valueAt } from '../valueAt';
import { schemaImporters } from './probes.fixture';
import { HEADER } from './weights.fixture';

export interface Importer {
  readonly name: string;
  readonly sample: string;
  /** The format. The sample of `safetensors` is its header. */
  readonly form: 'JSON' | 'JSON lines' | 'text' | 'link' | 'safetensors';
  /** Reads the input into plain data with the same keys. @throws if the input is rejected */
  read(bytes: Uint8Array): unknown;
  /** Faults to ignore: keys that no program reads may hold any value. */
  readonly ignored?: RegExp;
  /** True if a last line without a line end counts as cut off, and is skipped. */
  readonly lastMayBeCut?: true;
}

const changed = withFields(recipeByName('mixed'), {
  'evaluation.others': [{ task: 'addition', level: 2 }],
  'reward.custom': 0.5,
  'reward.customSource': 'function reward({ text }) { return text.length; }',
});
const recipe: Importer = {
  name: 'a recipe',
  form: 'JSON',
  sample: JSON.stringify(changed),
  read: (bytes) => parseRecipe(parseJsonFile(bytes, 'recipe.json'), 'recipe.json'),
};

const ownFile = path.join(mkdtempSync(path.join(os.tmpdir(), 'groupthink-fuzz-')), 'own.jsonl');
const own: Importer = {
  name: 'own problems',
  form: 'JSON lines',
  sample: [
    { prompt: 'two and two?', answer: '4', trace: '2+2=4', level: 1 },
    { prompt: 'a vowel?', answer: 'a', pattern: '[aeiou]' },
    { prompt: 'half of seven?', answer: '3.5' },
  ]
    .map((line) => JSON.stringify(line))
    .join('\n'),
  read(bytes) {
    writeFileSync(ownFile, bytes);
    return readOwn({ data: ownFile, match: 'regex' })!.problems;
  },
};

const events: Importer = {
  name: 'a recording',
  form: 'JSON lines',
  sample: [
    smallStart,
    { type: 'stage', stage: 'compile' } as const,
    { type: 'stage', stage: 'grpo' } as const,
    smallStep(1, { task: 'parity', level: 4, problem: { bits: [1, 0, 0, 0] } }),
    smallStep(2),
  ]
    .map(eventToLine)
    .join('\n'),
  read(bytes) {
    const reader = new EventReader();
    const read = linesOf(utf8Text(bytes, 'run.jsonl'), 'run.jsonl').map(({ line, where }) => reader.read(line, where));
    if (read.length === 0) throw new Error('run.jsonl is empty'); // as in the player of recordings
    return read;
  },
};

const results: Importer = {
  name: 'results',
  form: 'JSON',
  sample: readFileSync(path.resolve(import.meta.dirname, '../../public/results/E1.json'), 'utf8'),
  read: (bytes) => parseResult(utf8Text(bytes, 'E1.json'), 'E1.json'),
};

const asked: RecordHeader = {
  type: 'evaluation',
  model: 'abc',
  adapter: 'none',
  task: 'parity',
  level: 4,
  problems: 2,
  prompts: 'def',
  instances: '012',
  temperature: 0.8,
  maxNew: 16,
  seed: 3,
};
const answer = { correct: true, partial: 1, answer: '1', tokens: 4, ended: true };
const record: Importer = {
  name: 'an evaluation record',
  lastMayBeCut: true,
  form: 'JSON lines',
  sample:
    headerLine(asked) +
    [1, 2].map((run) => runLine({ run, seed: 7 * run, answers: [answer, { ...answer, answer: null }] })).join(''),
  read(bytes) {
    const { runs, whole } = readRecord(utf8Text(bytes, 'runs.jsonl'), asked, 'runs.jsonl');
    return [...(whole === '' ? [] : [asked]), ...runs.map((run) => ({ type: 'run', ...run }))];
  },
};

const tokenizer = new Tokenizer();
const config = modelConfigOf(SMALL, tokenizer.size);
const files = modelToFiles({ config, tensors: initialTensors(parameterTable(config), 0.02, 1), tokenizer });
/** End tokens as the file writes them, if they are the same: one, several, one of them twice, or none. */
function endsAsGiven(file: Uint8Array, ends: readonly number[] = []): unknown {
  const { eos_token_id: given } = JSON.parse(new TextDecoder().decode(file)) as { eos_token_id?: unknown };
  const asked = new Set(given === null ? [] : [given].flat());
  return asked.size === ends.length && ends.every((id) => asked.has(id)) ? given : ends;
}
/** Added tokens in the order of the file. */
function inOrder(file: Uint8Array, understood: readonly { id: number }[]): unknown {
  const { added_tokens: given } = JSON.parse(new TextDecoder().decode(file)) as { added_tokens: { id: number }[] };
  return given.map(({ id }) => understood.find((token) => token.id === id));
}
/** Importer of a folder with one mutated file. It returns that file as the model would write it. */
const inFolder = (name: 'config.json' | 'tokenizer.json' | 'generation_config.json', ignored?: RegExp): Importer => ({
  name: `${name} of a model`,
  form: 'JSON',
  sample: new TextDecoder().decode(files[name]),
  read(bytes) {
    const model = readModelFolder((file) => (file === name ? bytes : (folderOf(files)(file) ?? null)));
    const understood = JSON.parse(new TextDecoder().decode(modelToFiles(model)[name]));
    if (name === 'tokenizer.json') return { ...understood, added_tokens: inOrder(bytes, understood.added_tokens) };
    return { ...understood, eos_token_id: endsAsGiven(bytes, model.ends) };
  },
  ...(ignored && { ignored }),
});

/** Flags that do not change the tokens of a text: other programs use them in decoding and for unknown characters. */
const NOT_TOKENIZED = /was left out$|^added_tokens\.\d+\.(special|normalized):|^model\.unk_token:/;

/**
 * Keys that do not change the computation, or that another key overrides: `rope_parameters` overrides the rotary keys at the
 * top, and generation_config.json overrides `eos_token_id`. Unknown keys are ignored, as in transformers.
 */
const NOT_COMPUTED =
  /^(architectures|(torch_)?dtype|use_cache|attention_dropout|(embd|resid)_pdrop|(pad|bos|eos)_token_id|original_max_position_embeddings|rope_theta|partial_rotary_factor)\b|^rope_scaling: was read as null$|^rope_parameters: null was|was left out$/;

const { 'model.safetensors': shard, ...folder } = files;
const SHARD = 'model-00001-of-00001.safetensors';
const index: Importer = {
  name: 'index of the shards of a model',
  form: 'JSON',
  sample: JSON.stringify({
    metadata: { total_size: shard.length },
    weight_map: Object.fromEntries([...readSafetensors(shard).keys()].map((name) => [name, SHARD])),
  }),
  read(bytes) {
    const held = folderOf({ ...folder, [SHARD]: shard, 'model.safetensors.index.json': bytes });
    return { weight_map: Object.fromEntries([...readModelFolder(held).tensors.keys()].map((name) => [name, SHARD])) };
  },
  ignored: /was left out$/,
};

const weights: Importer = {
  name: 'weights in safetensors',
  form: 'safetensors',
  sample: HEADER,
  read: (bytes) =>
    Object.fromEntries(
      [...readSafetensors(bytes)].map(([name, { shape, data }]) => [name, { shape, data: [...data] }]),
    ),
};

const rollout: CustomRollout = {
  ...{ prompt: '11=', expected: '0', text: '<think>10</think>0<|im_end|>', thought: '10', answer: '0' },
  ...{ correct: true, partial: 1, measures: {}, length: 6, lMax: 24, ended: true, think: 'ok' },
  tokens: ['<think>', '1', '0', '</think>', '0', '<|im_end|>'],
};
const customReward: Importer = {
  name: 'a custom reward',
  form: 'text',
  sample:
    'function reward({ text, tokens, correct }) {\n  const digits = text.match(/[0-9]/g) ?? [];\n  return correct ? 1 : digits.length / 10;\n}',
  async read(bytes) {
    const term = await openCustomTerm(utf8Text(bytes, 'reward.js'));
    return term.evaluate(rollout);
  },
};

const link: Importer = {
  name: 'a link',
  form: 'link',
  sample: `#view=data&task=parity&level=8&seed=3&n=2&step=12&group=3&rollout=5&token=7&filter=reward+%3C+0&find=1&sort=-reward&experiment=E3&${writeLinked(await linkOf(changed))}`,
  async read(bytes) {
    const data = { task: 'addition', level: 1, seed: 0, index: 0 };
    const { changes, faults, linked } = readAddress(utf8Text(bytes, 'the link'), { data, draft: SMALL });
    const found = linked && (await recipeOfLink(linked));
    const all = [...faults, ...(found?.faults ?? [])];
    if (all.length > 0) throw new Error(listed(all)); // as the page shows them
    const { screen, data: browsed = data, traces, ...chosen } = changes;
    // an unchanged hash proves that the packed fields were read as written
    const isSame = found?.recipe && linked?.hash === (await recipeHash(found.recipe));
    const recipe = isSame ? linked : { recipe: linked?.recipe };
    const view = changes.newRun === 'task' ? 'data' : screen; // the task picker opens over a screen
    const understood = { view, ...chosen, ...traces, ...browsed, n: browsed.index + 1, ...recipe };
    return Object.fromEntries(Object.entries(understood).map(([name, value]) => [name, String(value)]));
  },
};

const linkedFields: Importer = {
  name: 'changed fields in a link',
  form: 'JSON',
  sample: JSON.stringify(changesOf(changed).fields),
  async read(bytes) {
    const set = await packText(utf8Text(bytes, 'set='));
    const { recipe: found, faults } = await recipeOfLink({ recipe: changed.name, set, hash: null });
    if (!found || faults.length > 0) throw new Error(listed(faults));
    return Object.fromEntries(
      Object.keys(parseJsonFile(bytes, 'set=') as object).map((at) => [at, valueAt(found, at)]),
    );
  },
};

export const importers: readonly Importer[] = [
  recipe,
  link,
  linkedFields,
  own,
  events,
  results,
  record,
  inFolder('config.json', NOT_COMPUTED),
  inFolder('generation_config.json', /^(pad_token_id|max_length)\b|was left out$/),
  inFolder('tokenizer.json', NOT_TOKENIZED),
  index,
  weights,
  customReward,
  ...schemaImporters,
];
