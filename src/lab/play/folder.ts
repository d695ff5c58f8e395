/** Model folder of Hugging Face's libraries that was chosen on disk: config, tokenizer and safetensors, perhaps in shards. */
import { folderOf, readModelFolder } from '../../formats/model';
import { parseJsonFile } from '../../json';
import { bounded, quote } from '../../quote';
import { parseRecipe, type Recipe } from '../recipe/recipe';
import type { PlayModel } from './models';

/** A chosen file: its path within the folder, and access to its bytes. */
export interface ChosenFile {
  readonly path: string;
  readonly bytes: number;
  readonly read: () => Promise<Uint8Array>;
}

/** Files that belong to training, or to other formats of the same weights. */
const OTHERS = new Set(['optimizer.safetensors', 'reference.safetensors']);
/** Largest file that JavaScript reads whole, bytes. */
const MOST_BYTES = 2 ** 31 - 1;

const isNeeded = ({ path }: ChosenFile): boolean =>
  !path.includes('/') && !OTHERS.has(path) && (path.endsWith('.json') || path.endsWith('.safetensors'));

async function bytesOf({ path, bytes, read }: ChosenFile): Promise<Uint8Array> {
  if (bytes > MOST_BYTES) throw new Error(`${path} has ${bytes} bytes; a tab reads files of at most ${MOST_BYTES}`);
  try {
    return await read();
  } catch (error) {
    throw new Error(`${path} cannot be read: ${bounded(String((error as Error)?.message ?? error))}; choose it again`);
  }
}

/** Recipe of a checkpoint's training; null if the folder has none that this version reads. */
function recipeIn(files: Readonly<Record<string, Uint8Array>>): Recipe | null {
  for (const [name, of] of [
    ['recipe.json', (value: unknown) => value],
    ['state.json', (value: unknown) => (value as { recipe?: unknown } | null)?.recipe],
  ] as const) {
    const bytes = Object.hasOwn(files, name) ? files[name] : undefined;
    if (bytes) return parseRecipe(of(parseJsonFile(bytes, name)), name);
  }
  return null;
}

/** @throws naming the folder, the file and its fault */
export async function folderModel(folder: string, chosen: readonly ChosenFile[]): Promise<PlayModel> {
  const files: Record<string, Uint8Array> = {};
  try {
    if (
      chosen.some(({ path }) => path.startsWith('checkpoints/')) &&
      !chosen.some(({ path }) => path === 'config.json')
    )
      throw new Error('it is a run; choose one of the folders in its checkpoints');
    for (const file of chosen) if (isNeeded(file)) files[file.path] = await bytesOf(file);
    return { model: readModelFolder(folderOf(files)), recipe: recipeIn(files) };
  } catch (error) {
    throw new Error(`${quote(folder)}: ${(error as Error).message}`);
  }
}
