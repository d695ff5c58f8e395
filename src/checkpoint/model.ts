/** A model as the folder that Hugging Face's libraries load. Names and bytes, no disk. */
import { parseJsonFile } from '../json';
import { type PhiConfig, parsePhiConfig } from '../model/config';
import { checkTensors, parameterTable, type Tensors } from '../model/parameters';
import { Tokenizer } from '../text/tokenizer';
import { generationConfigFile, modelConfigFile, specialTokensMapFile, tokenizerConfigFile } from './exported';
import { readSafetensors, writeSafetensors } from './safetensors';

export interface SavedModel {
  readonly config: PhiConfig;
  readonly tensors: Tensors;
  readonly tokenizer: Tokenizer;
}

/** What a model is read from. */
export const NEEDED_FILES = ['config.json', 'model.safetensors', 'tokenizer.json'] as const;
/** What a model is written to: those, and what other programs read beside them. */
export const MODEL_FILES = [
  ...NEEDED_FILES,
  'generation_config.json',
  'special_tokens_map.json',
  'tokenizer_config.json',
] as const;
export type ModelFiles = Readonly<Record<(typeof MODEL_FILES)[number], Uint8Array>>;
export type NeededFiles = Pick<ModelFiles, (typeof NEEDED_FILES)[number]>;

const json = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);

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

/**
 * The config and the tensors alone: what a model of another vocabulary has too.
 * @throws naming the file and what is missing, misshapen or unknown in it
 */
export function readWeights(
  files: Pick<NeededFiles, 'config.json' | 'model.safetensors'>,
): Pick<SavedModel, 'config' | 'tensors'> {
  const config = parsePhiConfig(parseJsonFile(files['config.json'], 'config.json'));
  const tensors = readSafetensors(files['model.safetensors']);
  checkTensors(parameterTable(config), tensors, 'model.safetensors');
  return { config, tensors };
}

/** @throws naming the file and what is wrong in it */
export function modelFromFiles(files: NeededFiles): SavedModel {
  const weights = readWeights(files);
  const tokenizer = Tokenizer.fromJson(parseJsonFile(files['tokenizer.json'], 'tokenizer.json'));
  if (tokenizer.size !== weights.config.vocab_size)
    throw new Error(
      `tokenizer.json has ${tokenizer.size} tokens, config.json a vocabulary of ${weights.config.vocab_size}`,
    );
  return { ...weights, tokenizer };
}
