/** Tensors of a model folder, from one file or from shards, under this lab's names. */
import { parseJsonFile } from '../json';
import type { ModelConfig } from '../model/config';
import { EMBEDDING, type Tensors } from '../model/parameters';
import { quote } from '../quote';
import { readSafetensors } from './safetensors';

/** Reads a file of a folder by name; null if it does not exist. */
export type ReadFile = (name: string) => Uint8Array | null;

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** True for a buffer that older versions stored. transformers computes it from the config. */
const isBuffer = (name: string): boolean => /rotary_emb\.inv_freq/.test(name);

/** Shards of an index with the tensors of each. @throws naming the fault of the index */
function readIndex(bytes: Uint8Array): Map<string, Set<string>> {
  const json = parseJsonFile(bytes, INDEX) as { weight_map?: unknown } | null;
  const map = typeof json === 'object' ? json?.weight_map : undefined;
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw new Error(`${INDEX}: weight_map is ${quote(map)}; it must give the file of each tensor`);
  const shards = new Map<string, Set<string>>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || !/^[^/\\]+\.safetensors$/.test(file))
      throw new Error(`${INDEX}: ${quote(tensor)} is in ${quote(file)}; name a .safetensors file of the same folder`);
    shards.set(file, (shards.get(file) ?? new Set()).add(tensor));
  }
  return shards;
}

function readShards(read: ReadFile, index: Uint8Array): Tensors {
  const tensors = new Map<string, Tensors extends ReadonlyMap<string, infer T> ? T : never>();
  for (const [file, listed] of readIndex(index)) {
    const bytes = read(file);
    if (!bytes) throw new Error(`${file} is missing, a shard that ${INDEX} names; copy all shards into the folder`);
    const held = readSafetensors(bytes, file, isBuffer);
    for (const [name, tensor] of held) {
      if (!listed.has(name))
        throw new Error(`${file} holds ${quote(name)}, which ${INDEX} does not list there; save the model again`);
      tensors.set(name, tensor);
    }
    for (const name of listed)
      if (!held.has(name) && !isBuffer(name))
        throw new Error(`${file} lacks ${quote(name)}, which ${INDEX} lists there; save the model again`);
  }
  return tensors;
}

/**
 * All tensors of a folder except buffers that follow from the config.
 * @returns the tensors, and the file that lists them
 * @throws naming the file and its fault
 */
export function readFolderTensors(read: ReadFile): { readonly tensors: Tensors; readonly where: string } {
  const single = read(SINGLE);
  if (single) return { tensors: readSafetensors(single, SINGLE, isBuffer), where: SINGLE };
  const index = read(INDEX);
  if (!index) throw new Error(`${SINGLE} is missing, and so is ${INDEX}; save the model in the safetensors format`);
  return { tensors: readShards(read, index), where: INDEX };
}

const HEAD = 'lm_head.weight';

/**
 * Tensors under the names of the model with a head, and the tying of lm_head, as transformers 5 loads them. Names of a bare
 * model get the prefix `model.`. A stored lm_head of a tied model replaces a missing embedding. It is dropped if it equals
 * the embedding, and unties the two if it differs.
 */
export function resolveTensors(config: ModelConfig, stored: Tensors): { config: ModelConfig; tensors: Tensors } {
  const bare = ![...stored.keys()].some((name) => name.startsWith('model.'));
  const named = bare
    ? [...stored].map(([name, tensor]) => [name === HEAD ? HEAD : `model.${name}`, tensor] as const)
    : stored;
  const tensors = new Map(named);
  const [head, embedding] = [tensors.get(HEAD), tensors.get(EMBEDDING)];
  if (!config.tie_word_embeddings || !head) return { config, tensors };
  if (!embedding) tensors.set(EMBEDDING, head);
  else if (head.shape.join() !== embedding.shape.join()) return { config, tensors };
  else if (head.data.some((x, i) => x !== embedding.data[i]))
    return { config: { ...config, tie_word_embeddings: false }, tensors };
  tensors.delete(HEAD);
  return { config, tensors };
}
