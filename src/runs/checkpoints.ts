/**
 * `checkpoints/<stage>-<step>/`: model.safetensors, optimizer.safetensors and reference.safetensors where the run has them,
 * state.json, and manifest.json with the sum of each. A checkpoint appears whole or not at all: it is written under
 * `.tmp-…`, flushed and renamed. One that replaces another gets the folder `<stage>-<step>.2`, then the other is removed.
 */
import { z } from 'zod';
import { readSafetensors, writeSafetensors } from '../formats/safetensors';
import { utf8Text } from '../json';
import type { Tensors } from '../model/parameters';
import { parseAs } from '../validation';
import { type Fault, type Files, messageOf, StorageFullError } from './files';
import { assertFiniteCheckpoint, checkpointName } from './finite';
import { faultFrom, fileSum, readChecked, readManifest, sumOf, writeManifest } from './manifest';
import { numbersFromText, numbersToText } from './numbers';
import { joinPath, MANIFEST } from './paths';

export const CHECKPOINTS = 'checkpoints';
const STATE = 'state.json';
const TENSOR_FILES = ['model', 'optimizer', 'reference'] as const;

/** All that a run needs to continue from a step. */
export interface StoredCheckpoint {
  readonly stage: string;
  readonly step: number;
  readonly recipe: unknown;
  /** JSON of the run's state; typed arrays keep each bit. */
  readonly state: unknown;
  readonly model: Tensors;
  readonly optimizer: { readonly steps: number; readonly tensors: Tensors } | null;
  /** Null where the reference did not move. */
  readonly reference: Tensors | null;
}

/** Facts about a checkpoint that its list shows. */
export interface CheckpointLabels {
  /** Events in the journal when it was saved. */
  readonly events: number;
  readonly isStageEnd: boolean;
  /** Held-out accuracy, where it was measured. */
  readonly accuracy: number | null;
}

const manifestSchema = z.strictObject({
  stage: z.string().regex(/^[a-z]{1,32}$/),
  step: z.int().min(0),
  events: z.int().min(0),
  isStageEnd: z.boolean(),
  accuracy: z.number().min(0).max(1).nullable(),
  files: z.record(z.string().regex(/^[\w.]{1,64}$/), fileSum),
});

const stateSchema = z.strictObject({
  ...{ stage: z.string(), step: z.int().min(0), recipe: z.unknown(), state: z.unknown() },
  optimizerSteps: z.int().min(0).nullable(),
});

export interface CheckpointInfo extends CheckpointLabels {
  /** `<stage>-<step>`. */
  readonly name: string;
  readonly stage: string;
  readonly step: number;
  readonly bytes: number;
  /** Folder that holds it. */
  readonly folder: string;
}

/** Folder of a checkpoint: its name, and a number from 2 if it replaced another. */
const FOLDER = /^([a-z]{1,32}-\d{1,9})(?:\.(\d{1,6}))?$/;
const TEMPORARY = '.tmp-';

function contentsOf(checkpoint: StoredCheckpoint): [string, () => Uint8Array][] {
  const { stage, step, recipe, state, optimizer } = checkpoint;
  const tensors = { model: checkpoint.model, optimizer: optimizer?.tensors ?? null, reference: checkpoint.reference };
  const text = numbersToText({ stage, step, recipe, optimizerSteps: optimizer?.steps ?? null, state });
  const contents: [string, () => Uint8Array][] = [[STATE, () => new TextEncoder().encode(`${text}\n`)]];
  for (const name of TENSOR_FILES) {
    const held = tensors[name];
    if (held) contents.push([`${name}.safetensors`, () => writeSafetensors(held)]);
  }
  return contents;
}

/** Bytes that a checkpoint takes, without its state. */
function bytesOf({ model, optimizer, reference }: StoredCheckpoint): number {
  const all = [model, optimizer?.tensors, reference].flatMap((tensors) => [...(tensors?.values() ?? [])]);
  return all.reduce((sum, { data }) => sum + data.byteLength, 0);
}

/**
 * Saves a checkpoint, whole or not at all. One of the same name is replaced.
 * @param modelFiles files that make the folder a model that other programs open: config.json, tokenizer.json …
 * @throws StorageFullError, or naming the tensor that is not finite; the checkpoints before stay then
 */
export async function saveCheckpoint(
  files: Files,
  checkpoint: StoredCheckpoint,
  labels: CheckpointLabels,
  modelFiles: Readonly<Record<string, Uint8Array>> = {},
): Promise<CheckpointInfo> {
  const { stage, step } = checkpoint;
  const name = checkpointName(checkpoint);
  assertFiniteCheckpoint(checkpoint);
  const contents = contentsOf(checkpoint);
  const others = Object.entries(modelFiles).filter(([file]) => !contents.some(([own]) => own === file));
  await removeLeftovers(files);
  const before = (await foldersByName(files)).get(name) ?? [];
  const folder = joinPath(CHECKPOINTS, before.length === 0 ? name : `${name}.${before[0]!.version + 1}`);
  const temporary = joinPath(CHECKPOINTS, `${TEMPORARY}${name}`);
  const sums: Record<string, z.infer<typeof fileSum>> = {};
  try {
    for (const [file, content] of [...contents, ...others.map(([file, bytes]) => [file, () => bytes] as const)]) {
      const bytes = content();
      sums[file] = await sumOf(bytes);
      await files.write(joinPath(temporary, file), bytes);
    }
    await writeManifest(files, temporary, { stage, step, ...labels, files: sums });
  } catch (error) {
    await files.remove(temporary).catch(() => {}); // a crashed disk keeps it; the next save removes it
    throw error instanceof StorageFullError ? new StorageFullError(folder, bytesOf(checkpoint), error) : error;
  }
  await files.renameFolder(temporary, folder);
  for (const replaced of before) await files.remove(replaced.folder);
  return infoOf(name, folder, { stage, step, ...labels, files: sums });
}

function infoOf(name: string, folder: string, manifest: z.infer<typeof manifestSchema>): CheckpointInfo {
  const { files, ...labels } = manifest;
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return { name, folder, bytes, ...labels };
}

/** Reads and checks a manifest that must belong to a name. */
async function readInfo(files: Files, name: string, folder: string) {
  const manifest = await readManifest(files, folder, manifestSchema);
  if (checkpointName(manifest) !== name)
    throw new Error(`${joinPath(folder, MANIFEST)} belongs to ${checkpointName(manifest)}; the folder was renamed`);
  return { manifest, info: infoOf(name, folder, manifest) };
}

export interface CheckpointList {
  /** Newest first, by events in the journal. Only manifests were read. */
  readonly checkpoints: readonly CheckpointInfo[];
  readonly faults: readonly Fault[];
}

/** Folders of each checkpoint, the newest version first. */
async function foldersByName(files: Files): Promise<Map<string, { folder: string; version: number }[]>> {
  const folders = new Map<string, { folder: string; version: number }[]>();
  for (const entry of await files.list(CHECKPOINTS)) {
    const [, name, version = '1'] = (entry.isFolder && FOLDER.exec(entry.name)) || [];
    if (name === undefined) continue;
    const all = folders.get(name) ?? [];
    all.push({ folder: joinPath(CHECKPOINTS, entry.name), version: Number(version) });
    folders.set(
      name,
      all.sort((a, b) => b.version - a.version),
    );
  }
  return folders;
}

/** Lists checkpoints. A damaged manifest is a fault, unless the checkpoint that it replaces is still there. */
export async function listCheckpoints(files: Files): Promise<CheckpointList> {
  const checkpoints: CheckpointInfo[] = [];
  const faults: Fault[] = [];
  for (const [name, folders] of await foldersByName(files)) {
    const wrong: Fault[] = [];
    for (const { folder } of folders) {
      try {
        checkpoints.push((await readInfo(files, name, folder)).info);
        wrong.length = 0;
        break;
      } catch (error) {
        wrong.push(faultFrom(error, joinPath(folder, MANIFEST)));
      }
    }
    faults.push(...wrong);
  }
  return { checkpoints: checkpoints.sort((a, b) => b.events - a.events || b.step - a.step), faults };
}

/** Replaces the labels of a checkpoint. */
export async function labelCheckpoint(
  files: Files,
  { name, folder }: CheckpointInfo,
  labels: Partial<CheckpointLabels>,
): Promise<void> {
  const { manifest } = await readInfo(files, name, folder);
  await writeManifest(files, folder, { ...manifest, ...labels });
}

/** Checks each file of a checkpoint without keeping it. @throws naming the file and its fault */
export async function verifyCheckpoint(files: Files, { name, folder }: CheckpointInfo): Promise<void> {
  const { manifest } = await readInfo(files, name, folder);
  for (const [file, sum] of Object.entries(manifest.files)) await readChecked(files, joinPath(folder, file), [sum]);
}

/** Tensors to read of a checkpoint: all, or those of the model alone, which is enough to sample from it. */
export type CheckpointPart = 'all' | 'model';

/** Reads a checkpoint and checks each file that it reads. @throws naming the file and its fault */
export async function readCheckpoint(
  files: Files,
  { name, folder }: CheckpointInfo,
  part: CheckpointPart = 'all',
): Promise<StoredCheckpoint> {
  const { manifest } = await readInfo(files, name, folder);
  const checked = async (file: string) => {
    const sum = Object.hasOwn(manifest.files, file) ? manifest.files[file] : undefined;
    return sum ? await readChecked(files, joinPath(folder, file), [sum]) : null;
  };
  const stateBytes = await checked(STATE);
  if (!stateBytes) throw new Error(`${joinPath(folder, MANIFEST)} lists no ${STATE}; use another checkpoint`);
  const where = joinPath(folder, STATE);
  const { recipe, state, ...rest } = parseAs(stateSchema, numbersFromText(utf8Text(stateBytes, where), where), where);
  if (checkpointName(rest) !== name)
    throw new Error(`${where} belongs to ${checkpointName(rest)}; use another checkpoint`);
  const tensors = async (kind: (typeof TENSOR_FILES)[number]): Promise<Tensors | null> => {
    const file = `${kind}.safetensors`;
    const bytes = part === 'all' || kind === 'model' ? await checked(file) : null;
    return bytes && readSafetensors(bytes, joinPath(folder, file));
  };
  const model = await tensors('model');
  if (!model) throw new Error(`${joinPath(folder, MANIFEST)} lists no model.safetensors; use another checkpoint`);
  const moments = await tensors('optimizer');
  return {
    ...{ stage: rest.stage, step: rest.step, recipe, state, model },
    optimizer: moments && { steps: rest.optimizerSteps ?? 0, tensors: moments },
    reference: await tensors('reference'),
  };
}

/** The newest checkpoint that is whole; null if there is none. Names the damaged ones that it skips. */
export async function newestGood(files: Files): Promise<{
  readonly info: CheckpointInfo | null;
  readonly checkpoint: StoredCheckpoint | null;
  readonly faults: readonly Fault[];
}> {
  const { checkpoints, faults } = await listCheckpoints(files);
  const found = [...faults];
  for (const info of checkpoints) {
    try {
      return { info, checkpoint: await readCheckpoint(files, info), faults: found };
    } catch (error) {
      const message = messageOf(error);
      const file = /^checkpoints\/[^\s:]+/.exec(message)?.[0] ?? info.folder;
      found.push(faultFrom(error, file));
    }
  }
  return { info: null, checkpoint: null, faults: found };
}

/** Removes what a crash left of a checkpoint that was being written. For the owner only. */
async function removeLeftovers(files: Files): Promise<void> {
  for (const { name } of await files.list(CHECKPOINTS))
    if (name.startsWith(TEMPORARY)) await files.remove(joinPath(CHECKPOINTS, name));
}
