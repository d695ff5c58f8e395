/** Model folders of Hugging Face's libraries, as names and bytes, without access to files. */
import { jsonText, parseJsonFile } from '../json';
import { type ModelConfig, parseModelConfig } from '../model/config';
import { checkTensors, parameterTable, type Tensors } from '../model/parameters';
import { Tokenizer } from '../text/tokenizer';
import { endTokens } from './ends';
import { generationConfigFile, modelConfigFile, specialTokensMapFile, tokenizerConfigFile } from './exported';
import { writeSafetensors } from './safetensors';
import { type ReadFile, readFolderTensors, resolveTensors } from './weights';

export interface SavedModel {
  readonly config: ModelConfig;
  readonly tensors: Tensors;
  readonly tokenizer: Tokenizer;
  /** Tokens that end a completion; by default the tokenizer's `<|im_end|>`. */
  readonly ends?: readonly number[];
}

/** Names of the files of a saved model. */
export const MODEL_FILES = [
  'config.json',
  'model.safetensors',
  'tokenizer.json',
  'generation_config.json',
  'special_tokens_map.json',
  'tokenizer_config.json',
] as const;
export type ModelFiles = Readonly<Record<(typeof MODEL_FILES)[number], Uint8Array>>;

const json = (value: unknown) => new TextEncoder().encode(jsonText(value));

export function modelToFiles({ config, tensors, tokenizer }: SavedModel): ModelFiles {
  return {
    'config.json': json(modelConfigFile(config, tokenizer)),
    'model.safetensors': writeSafetensors(tensors),
    'tokenizer.json': json(tokenizer.toJson()),
    'generation_config.json': json(generationConfigFile(config, tokenizer)),
    'special_tokens_map.json': json(specialTokensMapFile(tokenizer)),
    'tokenizer_config.json': json(tokenizerConfigFile(config, tokenizer)),
  };
}

export interface SavedWeights {
  readonly config: ModelConfig;
  readonly tensors: Tensors;
  /** Tokens that end a completion; null if the folder does not name them. */
  readonly ends: readonly number[] | null;
}

/**
 * Reads config, tensors and end tokens without the tokenizer, as transformers 5 does, for any vocabulary.
 * @throws naming the file and what is missing, misshapen, unknown or unsupported
 */
export function readWeights(read: ReadFile): SavedWeights {
  const json = parseJsonFile(needed(read, 'config.json'), 'config.json');
  const given = parseModelConfig(json);
  const stored = readFolderTensors(read);
  const { config, tensors } = resolveTensors(given, stored.tensors);
  checkTensors(parameterTable(config), tensors, stored.where);
  const generation = read('generation_config.json');
  const generationJson = generation ? parseJsonFile(generation, 'generation_config.json') : undefined;
  const ends = endTokens(json, generationJson, config.vocab_size);
  return { config, tensors, ends };
}

function needed(read: ReadFile, name: string): Uint8Array {
  const bytes = read(name);
  if (!bytes) throw new Error(`${name} is missing; give the folder of a saved model`);
  return bytes;
}

/** Reads a whole model. @throws naming the file and its fault */
export function readModelFolder(read: ReadFile): SavedModel {
  const { ends, ...weights } = readWeights(read);
  const tokenizer = Tokenizer.fromJson(parseJsonFile(needed(read, 'tokenizer.json'), 'tokenizer.json'));
  if (tokenizer.size !== weights.config.vocab_size)
    throw new Error(
      `tokenizer.json has ${tokenizer.size} tokens, config.json a vocabulary of ${weights.config.vocab_size}; use the tokenizer that the model was trained with`,
    );
  return { ...weights, tokenizer, ends: ends ?? [tokenizer.special.end] };
}

/** Folder of files in memory. */
export const folderOf =
  (files: Readonly<Record<string, Uint8Array>>): ReadFile =>
  (name) =>
    (Object.hasOwn(files, name) && files[name]) || null;
