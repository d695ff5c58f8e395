/** Reads steps of stored runs back from their journals. */
import { eventFromLine } from '../lab/run/events';
import { filesWithin } from '../runs/files';
import { Journal, markOf } from '../runs/journal';
import { groupsForPage } from './drive';
import type { RunsPlace } from './place';
import type { Groups } from './protocol';

/** @throws if the journal has no such step, or its line is damaged */
async function lineIn(journal: Journal, name: string, step: number): Promise<{ text: string; where: string }> {
  const n = journal.find(markOf('grpo', step));
  if (n === null) throw new Error(`${name} has no GRPO step ${step}; choose another step`);
  return journal.event(n);
}

export class ReadBack {
  /** Journal that was opened last: opening reads the whole file. */
  private opened: { readonly name: string; readonly journal: Promise<Journal> } | null = null;

  constructor(private readonly place: () => Promise<RunsPlace>) {}

  private journalOf(name: string): Promise<Journal> {
    if (this.opened?.name === name) return this.opened.journal;
    const journal = this.place().then(({ files }) => Journal.open(filesWithin(files, name)));
    this.opened = { name, journal };
    journal.catch(() => {
      this.opened = null;
    });
    return journal;
  }

  /** Line of a step in a journal that may have grown or been replaced since it was opened. */
  private async lineOf(name: string, step: number): Promise<{ text: string; where: string }> {
    const isFresh = this.opened?.name !== name;
    try {
      return await lineIn(await this.journalOf(name), name, step);
    } catch (error) {
      if (isFresh) throw error;
      this.opened = null;
      return lineIn(await this.journalOf(name), name, step);
    }
  }

  /**
   * Groups of a GRPO step.
   * @param live the run that this worker has open; its journal needs no opening
   * @throws if the run has no such step, or its line is damaged
   */
  async groups(name: string, step: number, live: { name: string; journal: Journal } | null): Promise<Groups> {
    const isLive = live?.name === name;
    const { text, where } = await (isLive ? lineIn(live.journal, name, step) : this.lineOf(name, step));
    const event = eventFromLine(text, where);
    if (event.type !== 'grpo') throw new Error(`${where} is no GRPO step; open the run again`);
    return groupsForPage(event.groups);
  }
}
