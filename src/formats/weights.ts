/** The tensors of a model folder, in one file or in shards, as this lab names them. */
import { parseJsonFile } from '../json';
import type { PhiConfig } from '../model/config';
import type { Tensors } from '../model/parameters';
import { quote } from '../quote';
import { readSafetensors } from './safetensors';

/** A file of a folder by its name; null where there is none. */
export type ReadFile = (name: string) => Uint8Array | null;

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Buffers of older versions, which the config says already: transformers computes them anew. */
const isBuffer = (name: string): boolean => /rotary_emb\.inv_freq/.test(name);

/** Names of an index's shards with the tensors of each. @throws naming what is wrong in the index */
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
 * All tensors of a folder but the buffers that the config says already.
 * @returns with the file that says which tensors there are
 * @throws naming the file and what is missing or wrong in it
 */
export function readFolderTensors(read: ReadFile): { readonly tensors: Tensors; readonly where: string } {
  const single = read(SINGLE);
  if (single) return { tensors: readSafetensors(single, SINGLE, isBuffer), where: SINGLE };
  const index = read(INDEX);
  if (!index) throw new Error(`${SINGLE} is missing, and so is ${INDEX}; save the model in the safetensors format`);
  return { tensors: readShards(read, index), where: INDEX };
}

const EMBEDDING = 'model.embed_tokens.weight';
const HEAD = 'lm_head.weight';

/**
 * The tensors under the names of `Phi3ForCausalLM`, and whether lm_head is tied, as transformers 5 loads them: the prefix of
 * a bare `Phi3Model` is put before its names; a tied lm_head that is stored too is left out where it is equal to the
 * embedding, stands for one that is missing, and unties the two where it differs.
 */
export function resolveTensors(config: PhiConfig, stored: Tensors): { config: PhiConfig; tensors: Tensors } {
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
