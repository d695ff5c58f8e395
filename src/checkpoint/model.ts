/** A model as files that Hugging Face loads: config.json, model.safetensors, tokenizer.json. Names and bytes, no disk. */
import { parseJsonFile } from '../json';
import { type PhiConfig, parsePhiConfig, toHuggingFaceConfig } from '../model/config';
import { checkTensors, parameterTable, type Tensors } from '../model/parameters';
import { Tokenizer } from '../text/tokenizer';
import { readSafetensors, writeSafetensors } from './safetensors';

export interface SavedModel {
  readonly config: PhiConfig;
  readonly tensors: Tensors;
  readonly tokenizer: Tokenizer;
}

export const MODEL_FILES = ['config.json', 'model.safetensors', 'tokenizer.json'] as const;
export type ModelFiles = Readonly<Record<(typeof MODEL_FILES)[number], Uint8Array>>;

const json = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);

export function modelToFiles({ config, tensors, tokenizer }: SavedModel): ModelFiles {
  const { end, pad } = tokenizer.special;
  return {
    'config.json': json(toHuggingFaceConfig(config, { end, pad })),
    'model.safetensors': writeSafetensors(tensors),
    'tokenizer.json': json(tokenizer.toJson()),
  };
}

/**
 * The config and the tensors alone: what a model of another vocabulary has too.
 * @throws naming the file and what is missing, misshapen or unknown in it
 */
export function readWeights(
  files: Pick<ModelFiles, 'config.json' | 'model.safetensors'>,
): Pick<SavedModel, 'config' | 'tensors'> {
  const config = parsePhiConfig(parseJsonFile(files['config.json'], 'config.json'));
  const tensors = readSafetensors(files['model.safetensors']);
  checkTensors(parameterTable(config), tensors, 'model.safetensors');
  return { config, tensors };
}

/** @throws naming the file and what is wrong in it */
export function modelFromFiles(files: ModelFiles): SavedModel {
  const weights = readWeights(files);
  const tokenizer = Tokenizer.fromJson(parseJsonFile(files['tokenizer.json'], 'tokenizer.json'));
  if (tokenizer.size !== weights.config.vocab_size)
    throw new Error(
      `tokenizer.json has ${tokenizer.size} tokens, config.json a vocabulary of ${weights.config.vocab_size}`,
    );
  return { ...weights, tokenizer };
}
