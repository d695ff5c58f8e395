/** Changes of a stored run: those of its journal, and those that a continuation repeats. */
import type { Journal } from '../../runs/journal';
import { markOf } from '../../runs/journal';
import type { RunMeta } from '../../runs/meta';
import type { RunFolder } from '../../runs/runFolder';
import { parseAs } from '../../validation';
import type { Recipe } from '../recipe/recipe';
import { recipeAfter } from '../run/changes';
import { eventSchemas } from '../run/eventSchema';
import { type ApplyEvent, eventFromLine, type LabEvent } from '../run/events';

/** Start of the marks of changes in a journal. */
const CHANGE = 'apply-';

/** Mark of a change in a journal. A boundary has at most one. */
export const changeMark = ({ stage, step }: Pick<ApplyEvent, 'stage' | 'step'>): string =>
  markOf(`${CHANGE}${stage}`, step);

/** Mark of an event in the journal; null for one that no reader looks up. */
export const eventMark = (event: LabEvent): string | null =>
  event.type === 'sft' || event.type === 'grpo'
    ? markOf(event.type, event.step)
    : event.type === 'apply'
      ? changeMark(event)
      : null;

/** True if the recipe of a run was changed while it trained. */
export const hasChanges = (journal: Pick<Journal, 'marked'>): boolean => journal.marked(CHANGE).length > 0;

/** Changes in a journal from event `from` up to event `to`. */
async function changesIn(journal: Journal, from: number, to: number): Promise<ApplyEvent[]> {
  const found: ApplyEvent[] = [];
  for (const n of journal.marked(CHANGE)) {
    if (n < from || n >= to) continue;
    const { text, where } = await journal.event(n);
    const event = eventFromLine(text, where);
    if (event.type === 'apply') found.push(event);
  }
  return found;
}

/** Recipe that a run followed at event `n` of its journal. @param recipe that of its start */
export async function recipeAt(journal: Journal, n: number, recipe: Recipe): Promise<Recipe> {
  return (await changesIn(journal, 0, n)).reduce(recipeAfter, recipe);
}

/** Changes that a run repeats, from its meta. @throws naming the wrong field */
export const repeatsOf = (meta: RunMeta | null, where: string): readonly ApplyEvent[] =>
  (meta?.repeats ?? []).map((event, i) => parseAs<ApplyEvent>(eventSchemas.apply, event, `${where}: repeats.${i}`));

/**
 * Changes that a continuation repeats after `events` events: those of the journal that the cut drops, and those of an earlier
 * cut that the run had not reached again.
 */
export async function changesToRepeat({ journal, meta, files }: RunFolder, events: number): Promise<ApplyEvent[]> {
  const dropped = await changesIn(journal, events, journal.events);
  const earlier = repeatsOf(meta, `${files.where}: meta.json`);
  const unreached = earlier.filter((event) => journal.find(changeMark(event)) === null);
  return [...dropped, ...unreached];
}
