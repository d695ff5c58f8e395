/** Continuation of a stored run: opens it, finds its newest good checkpoint, and cuts the journal back to it. */

import { type CheckpointInfo, newestGood } from '../../runs/checkpoints';
import type { Fault, Files } from '../../runs/files';
import { newMeta } from '../../runs/meta';
import { RunFolder } from '../../runs/runFolder';
import { LAB_VERSION } from '../../version';
import { parseRecipe, type Recipe } from '../recipe/recipe';
import { type Checkpoint, parseCheckpoint } from '../run/checkpoint';
import { eventFromLine } from '../run/events';
import { changesToRepeat } from './changes';

export interface Continuation {
  readonly folder: RunFolder;
  readonly recipe: Recipe;
  /** Place to continue from; null for the start. */
  readonly from: { readonly checkpoint: Checkpoint; readonly info: CheckpointInfo } | null;
  /** Faults that opening found. What is damaged is not used. */
  readonly faults: readonly Fault[];
  /** Events of the journal that the continuation computes again. */
  readonly dropped: number;
}

/** The run has come to its end: only a fork trains on. */
export class RunEndedError extends Error {
  override readonly name = 'RunEndedError';
}

/** True if the run came to its end. */
export const hasEnded = (summary: unknown): boolean =>
  typeof summary === 'object' && summary !== null && !('stopped' in summary);

/** Recipe of a run: its file, or else the first event. @throws if both are missing or damaged */
export async function storedRecipe({ recipe, journal, files }: RunFolder): Promise<Recipe> {
  if (recipe !== null) return parseRecipe(recipe, `${files.where}: recipe.json`);
  if (journal.events > 0) {
    const { text, where } = await journal.event(0);
    const event = eventFromLine(text, where);
    if (event.type === 'start') return event.recipe;
  }
  throw new Error(`${files.where}: recipe.json and events.jsonl are missing or damaged; start a new run`);
}

/** Notes the changes of the recipe that the cut would drop, so that another crash loses none. */
async function noteRepeats(folder: RunFolder, { title }: Recipe, from: Continuation['from']): Promise<void> {
  const repeats = await changesToRepeat(folder, from?.info.events ?? 0);
  const { repeats: before = [], ...meta } =
    folder.meta ?? newMeta({ labVersion: LAB_VERSION, adapter: from?.checkpoint.state.adapter ?? '', title });
  if (JSON.stringify(before) === JSON.stringify(repeats)) return;
  await folder.setMeta({ ...meta, ...(repeats.length > 0 && { repeats }) });
}

/**
 * Opens a stopped run for its owner, and removes what comes after its newest good checkpoint: the run computes it again.
 * @throws RunEndedError, or if an earlier version wrote it or its recipe is lost; nothing changes then
 */
export async function continueStored(files: Files): Promise<Continuation> {
  const folder = await RunFolder.open(files);
  const { journal } = folder;
  if (!journal.isSealed)
    throw new Error(`${files.where}: an earlier version wrote this run, without checkpoints; train its recipe again`);
  const newest = await newestGood(files);
  const from = newest.info && {
    info: newest.info,
    checkpoint: parseCheckpoint(newest.checkpoint!, `${files.where}: ${newest.info.folder}`),
  };
  if (hasEnded(folder.summary))
    throw new RunEndedError(`${files.where}: this run has ended; fork one of its checkpoints to train on`);
  const recipe = from?.checkpoint.recipe ?? (await storedRecipe(folder));
  const dropped = journal.events - (from?.info.events ?? 0);
  await noteRepeats(folder, recipe, from);
  await folder.rewind(from?.info ?? null);
  const faults = [...folder.faults];
  for (const fault of newest.faults) if (!faults.some(({ file }) => file === fault.file)) faults.push(fault);
  return { folder, recipe, from, faults, dropped };
}

/** Writes meta.json again if it is missing or damaged. @throws StorageFullError */
export async function restoreMeta({ folder, recipe }: Continuation, adapter: string): Promise<void> {
  if (!folder.meta) await folder.setMeta(newMeta({ labVersion: LAB_VERSION, adapter, title: recipe.title }));
}
