/** Models to evaluate, each with the SHA-256 that records name it by: the same as the terminal's for the same files. */
import { folderOf, MODEL_FILES, modelToFiles, readModelFolder, type SavedModel } from '../../formats/model';
import { listCheckpoints } from '../../runs/checkpoints';
import type { Files } from '../../runs/files';
import { joinPath } from '../../runs/paths';
import { sha256 } from '../../runs/seal';
import { type ChosenFile, folderModel } from '../play/folder';
import { type PlayModel, storedModel } from '../play/models';

export interface MeasuredModel extends PlayModel {
  /** SHA-256 of the model's files: config, tensors, tokenizer, and generation config if there is one. */
  readonly digest: string;
}

type FileBytes = Readonly<Record<string, Uint8Array>>;

/** SHA-256 of the files that a reader of models reads, in its order. */
async function digestOf(files: FileBytes): Promise<string> {
  const read: Uint8Array[] = [];
  const file = folderOf(files);
  readModelFolder((name) => {
    const bytes = file(name);
    if (bytes) read.push(bytes);
    return bytes;
  });
  const all = new Uint8Array(read.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const bytes of read) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return sha256(all);
}

/** Files of a checkpoint's model; those that its run would write now where an earlier version left some out. */
async function checkpointFiles(run: Files, name: string, model: SavedModel): Promise<FileBytes> {
  const info = (await listCheckpoints(run)).checkpoints.find((one) => one.name === name);
  const files: Record<string, Uint8Array> = { ...modelToFiles(model) };
  if (info)
    for (const file of MODEL_FILES) {
      const bytes = await run.read(joinPath(info.folder, file));
      if (bytes) files[file] = bytes;
    }
  return files;
}

/**
 * Model of a stored run.
 * @param run folder of the run
 * @param name checkpoint, or `base` for the weights before training
 * @throws naming the checkpoints of the run, or the file that is missing or damaged
 */
export async function measuredCheckpoint(run: Files, name: string): Promise<MeasuredModel> {
  const found = await storedModel(run, name);
  return { ...found, digest: await digestOf(await checkpointFiles(run, name, found.model)) };
}

/** Model before training. */
export const measuredModel = async (found: PlayModel): Promise<MeasuredModel> => ({
  ...found,
  digest: await digestOf(modelToFiles(found.model)),
});

/** Model of a chosen folder. @throws naming the folder, the file and its fault */
export async function measuredFolder(folder: string, chosen: readonly ChosenFile[]): Promise<MeasuredModel> {
  const found = await folderModel(folder, chosen);
  const files: Record<string, Uint8Array> = {};
  for (const { path, read } of chosen)
    if (/^[^/]+\.(json|safetensors)$/.test(path) && !/^(optimizer|reference)\./.test(path)) files[path] = await read();
  return { ...found, digest: await digestOf(files) };
}
