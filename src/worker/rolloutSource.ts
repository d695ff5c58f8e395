/**
 * Rollouts of the run on screen, whatever it is: a recording, a stored run, or a run that only the page has. A worker reads
 * them as a journal, which grows while the run trains.
 */
import { fetchedFile, isPage } from '../fetched';
import { eventToLine, type LabEvent } from '../lab/run/events';
import { type Files, filesWithin } from '../runs/files';
import { Journal } from '../runs/journal';
import { type RecordingFiles, recordingFiles } from '../runs/recordingFiles';
import type { RunsPlace } from './place';

/** Place of the events of a run, as plain data for a worker. */
export type RolloutPlace =
  | { readonly kind: 'recording'; readonly url: string }
  | { readonly kind: 'stored'; readonly name: string }
  /** No file has the run: the page adds its events. `id` differs from run to run. */
  | { readonly kind: 'unstored'; readonly id: number };

export class RolloutSource {
  private opened: Promise<Journal> | null = null;
  /** Events that the page added. */
  private added: RecordingFiles | null = null;

  /** @param openPlace opens the folder of all stored runs */
  constructor(
    private readonly place: RolloutPlace,
    private readonly openPlace: () => Promise<Pick<RunsPlace, 'files'>>,
  ) {
    if (place.kind === 'unstored') this.added = recordingFiles('this run');
  }

  /** Adds events of an unstored run. */
  add(events: readonly LabEvent[]): void {
    this.added?.add(events.map((event) => `${eventToLine(event)}\n`).join(''));
  }

  private async files(): Promise<Files> {
    const { place, added } = this;
    if (added) return added;
    if (place.kind === 'stored') return filesWithin((await this.openPlace()).files, place.name);
    if (place.kind === 'unstored') throw new Error('this run is not stored');
    const response = await fetchedFile(place.url);
    if (isPage(response)) throw new Error(`${place.url} is a web page, not a recording; reload this page`);
    return recordingFiles(place.url, await response.blob());
  }

  /**
   * Journal with all events so far: `storedSteps` reads its steps, `stepOf` one step. It is the same object while the run
   * grows, and another one after the run was cut back to a checkpoint.
   */
  async current(): Promise<Journal> {
    const before = this.opened;
    const next = before
      ? before.then(async (journal) => ((await journal.grow()) ? journal : Journal.open(await this.files())))
      : this.files().then((files) => Journal.open(files));
    this.opened = next;
    try {
      return await next;
    } catch (error) {
      if (this.opened === next) this.opened = null;
      throw error;
    }
  }
}
