/** Opening of stored runs in the worker: a new one, one to continue, one to read. */

import type { Recipe } from '../lab/recipe/recipe';
import { eventFromLine, type LabEvent } from '../lab/run/events';
import { type Continuation, continueStored } from '../lab/stored/continuation';
import { type Files, faultText, filesWithin } from '../runs/files';
import type { Journal } from '../runs/journal';
import type { Holder, Owner } from '../runs/owner';
import { RUN_LOCK } from '../runs/paths';
import { RunFolder } from '../runs/runFolder';
import { forPage } from './drive';
import { type RunsPlace, runName } from './place';
import { type Compute, ROLLOUTS_KEPT } from './protocol';

/** A run that this worker owns. */
export interface Owned {
  readonly name: string;
  readonly files: Files;
  readonly owner: Owner;
}

/** Takes a free name for a new run. */
export async function claimNew(place: RunsPlace, recipe: Recipe, now: Date): Promise<Owned> {
  const stem = runName(recipe.name, now);
  for (let i = 1; ; i++) {
    const name = i === 1 ? stem : `${stem}-${i}`;
    const { owner } = await place.ownership.claim(name);
    if (!owner) continue;
    const files = filesWithin(place.files, name);
    if ((await files.list('')).every((entry) => entry.name === RUN_LOCK)) return { name, files, owner };
    await owner.release();
  }
}

/** Waits for the lock of a worker that the page has just ended. */
const CLAIM_TRIES = 10;
const CLAIM_WAIT_MS = 100;

/** Takes a stopped run and cuts it back to its newest good checkpoint, or says who holds it. */
export async function continueOwned(
  place: RunsPlace,
  name: string,
): Promise<{ readonly owned: Owned; readonly start: Continuation } | { readonly holder: Holder }> {
  let claim = await place.ownership.claim(name);
  for (let i = 1; !claim.owner && i < CLAIM_TRIES; i++) {
    await new Promise((resolve) => setTimeout(resolve, CLAIM_WAIT_MS));
    claim = await place.ownership.claim(name);
  }
  const { owner, holder } = claim;
  if (!owner) return { holder };
  const files = filesWithin(place.files, name);
  try {
    return { owned: { name, files, owner }, start: await continueStored(files) };
  } catch (error) {
    await owner.release();
    throw error;
  }
}

/** Opens a run to read it. @throws if there is no run of this name */
export async function openToRead(place: RunsPlace, name: string): Promise<{ folder: RunFolder; faults: string[] }> {
  const folder = await RunFolder.open(filesWithin(place.files, name));
  if (folder.journal.events === 0 && folder.recipe === null)
    throw new Error(`there is no run ${name} in this browser; choose another one in Runs`);
  return { folder, faults: folder.faults.map(faultText) };
}

/** Device of a run that continues. A run of the CPU continues there: another device gives other numbers. */
export async function deviceOf(journal: Journal, wanted: Compute): Promise<Compute> {
  if (journal.events === 0) return wanted;
  const { text, where } = await journal.event(0);
  const start = eventFromLine(text, where);
  return start.type === 'start' && start.device === 'cpu' ? 'cpu' : wanted;
}

/** Events of one batch to the page. */
const BATCH = 32;

/** Events of a journal for the page, in batches. Steps that the page does not keep come without rollouts. */
export async function* eventsOf(journal: Journal, to = journal.events): AsyncGenerator<LabEvent[]> {
  let batch: LabEvent[] = [];
  for await (const { n, text, where } of journal.read(0, to)) {
    const event = eventFromLine(text, where);
    const isOld = to - n > ROLLOUTS_KEPT;
    batch.push(event.type === 'grpo' && isOld ? { ...event, groups: [] } : forPage(event));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
