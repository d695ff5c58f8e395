/** Training in the worker: stored where the browser gives room, else as long as the page lives. Knows no comlink. */
import { NoGpuError } from '../gpu/browser';
import type { Device } from '../gpu/device';
import { parseRecipe, type Recipe } from '../lab/recipe/recipe';
import { DivergedError } from '../lab/run/diverged';
import type { LabEvent } from '../lab/run/events';
import { openSession } from '../lab/run/fittingSetting';
import { run } from '../lab/run/run';
import type { Session } from '../lab/run/session';
import type { Stopped } from '../lab/run/stopped';
import { restoreMeta } from '../lab/stored/continuation';
import { createFork, createStored } from '../lab/stored/forked';
import { RecordedRun } from '../lab/stored/recorded';
import { DeviceLostError, type Reopening, runOnDevices, type Start } from '../lab/stored/reopen';
import { bounded } from '../quote';
import { faultText, messageOf } from '../runs/files';
import type { Journal } from '../runs/journal';
import type { RunFolder } from '../runs/runFolder';
import type { GrpoPhase } from '../train/grpoPhase';
import { type Driver, forPage, phaseForPage, transferables } from './drive';
import type { ForkStart } from './forkedRun';
import { waitWhileFull } from './fullStorage';
import { PageChanges } from './pageChanges';
import type { OwnedPlace, RunsPlace } from './place';
import type { Compute, Place, RunMessage } from './protocol';
import { aboutStart, checkpointsMessage, savedMessage } from './savedMessages';
import { claimNew, continueOwned, deviceOf, eventsOf, type Owned, openToRead } from './storedRun';
import type { Surroundings } from './surroundings';

/** Time between two reports of compilation, ms. */
const COMPILING_MS = 250;

/** Time that an error may come before the notice of the loss that caused it. */
const NOTICE_MS = 500;

export type Post = (message: RunMessage, transfer?: Transferable[]) => void;

/** One run of the worker: trains, continues or shows it, and reports to the page. */
export class Training {
  /** Name and journal of the stored run; null without one. */
  stored: { readonly name: string; journal: Journal } | null = null;
  private recorded: RecordedRun | null = null;
  /** Folder of the run that this training writes now; null without one. */
  private folder: { readonly name: string; readonly of: Start['folder'] } | null = null;
  /** Last step that the page got. */
  private at: Place | null = null;
  private hasSteps = false;
  /** Changes that the page asks of this run. */
  readonly changes = new PageChanges();

  constructor(
    private readonly around: Surroundings,
    private readonly driver: Driver,
    private readonly post: Post,
  ) {}

  /** Folder of a run, for other changes than those of its steps; null if this training does not write it now. */
  writing(run: string): Start['folder'] | null {
    return this.folder?.name === run ? this.folder.of : null;
  }

  /** Trains a recipe from its start. Reports each error to the page. */
  train(input: unknown, compute: Compute): Promise<void> {
    return this.reporting(async () => {
      const recipe = parseRecipe(input);
      const place = await this.around.place().catch((error: unknown) => {
        this.post({ type: 'notice', notice: { code: 'not-stored', reason: bounded(messageOf(error)) } });
        return null;
      });
      if (!place) return this.trainUnstored(recipe, compute);
      const owned = await claimNew(place, recipe, this.around.now());
      const create = async ({ name: adapter }: Device): Promise<Start> => {
        const folder = await createStored(owned.files, recipe, { adapter, title: recipe.title });
        return { folder, recipe, from: null };
      };
      await this.owning(owned, () => this.trainOwned(place, owned, create, compute));
    });
  }

  /** Trains a fork of a stored run as a new run. Reports each error to the page. */
  fork({ start, parent, title }: ForkStart, compute: Compute): Promise<void> {
    return this.reporting(async () => {
      const place = await this.around.place();
      const { folder } = await openToRead(place, parent.run);
      const owned = await claimNew(place, start.recipe, this.around.now());
      const create = async ({ name: adapter }: Device): Promise<Start> => {
        const fork = await createFork(owned.files, start, parent, { adapter, title });
        return { ...fork, recipe: start.recipe };
      };
      const device = await deviceOf(folder.journal, compute);
      await this.owning(owned, () => this.trainOwned(place, owned, create, device));
    });
  }

  /** Continues a stopped run. Shows it only if another tab writes it. Reports each error to the page. */
  continue(name: string, compute: Compute): Promise<void> {
    return this.reporting(async () => {
      const place = await this.around.place();
      const found = await continueOwned(place, name);
      if ('holder' in found) {
        this.post({ type: 'notice', notice: { code: 'held', who: found.holder.who } });
        return this.show(place, name);
      }
      const { owned, start } = found;
      const { journal } = start.folder;
      this.warn(start.faults.map(faultText));
      this.hasSteps = true;
      const first = async ({ name: adapter }: Device): Promise<Start> => {
        await restoreMeta(start, adapter);
        return start;
      };
      await this.owning(owned, async () => {
        for await (const events of eventsOf(journal)) this.send(events);
        await this.trainOwned(place, owned, first, await deviceOf(journal, compute));
      });
    });
  }

  /** Sends the events of a stored run. Reports each error to the page. */
  open(name: string): Promise<void> {
    return this.reporting(async () => this.show(await this.around.place(), name));
  }

  private async reporting(work: () => Promise<void>): Promise<void> {
    try {
      await work().finally(() => this.changes.end());
      this.post({ type: 'stopped' });
    } catch (error) {
      const cause = error instanceof NoGpuError ? error.reason : error instanceof DeviceLostError ? 'lost' : null;
      this.post({ type: 'failed', message: bounded(messageOf(error)), ...(cause && { cause }) });
    }
  }

  private async show(place: RunsPlace, name: string): Promise<void> {
    const { folder, faults } = await openToRead(place, name);
    this.remember(name, folder);
    this.warn(faults);
    for await (const events of eventsOf(folder.journal)) {
      if (this.driver.stopped.aborted) return;
      this.send(events);
    }
    this.post(await checkpointsMessage(folder));
  }

  private remember(name: string, { journal, meta }: RunFolder): void {
    this.stored = { name, journal };
    this.post({ type: 'stored', name, title: bounded(meta?.title ?? '') });
  }

  private warn(faults: readonly string[]): void {
    if (faults.length > 0) this.post({ type: 'notice', notice: { code: 'damaged', faults: faults.map(bounded) } });
  }

  private readonly send = (events: readonly LabEvent[]): void => {
    for (const event of events) {
      this.changes.follow(event);
      if (event.type === 'sft' || event.type === 'grpo') {
        this.at = { stage: event.type, step: event.step };
        this.hasSteps = true;
      }
    }
    const shown = events.map(forPage);
    this.post({ type: 'events', events: shown }, transferables(shown));
  };

  /** Trains without storage: a lost device ends the run. */
  private async trainUnstored(recipe: Recipe, compute: Compute): Promise<void> {
    let lost: string | null = null;
    const device = await this.around.open(compute, (reason) => {
      lost = reason;
      this.driver.lose(reason);
    });
    try {
      const session = await openSession(device, recipe);
      this.changes.begin(recipe);
      await this.onSession(session, () => this.driver.run(run(session, this.asked), this.send));
    } catch (error) {
      if (lost === null) await new Promise((resolve) => setTimeout(resolve, NOTICE_MS));
      throw lost === null ? error : new DeviceLostError(lost);
    } finally {
      device.destroy();
    }
  }

  /** Works on an owned run, then frees it. Removes it if it has no step: there is nothing to continue from. */
  private async owning({ files, owner }: Owned, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } finally {
      if (!this.hasSteps) {
        await files.remove('').catch(() => {});
        this.stored = null;
        this.post({ type: 'stored', name: null });
      }
      await owner.release();
    }
  }

  /** @param first creates the run on its first device, or gives the run to continue */
  private async trainOwned(
    place: RunsPlace,
    { name, files, owner }: Owned,
    first: (device: Device) => Promise<Start>,
    compute: Compute,
  ): Promise<void> {
    const { driver } = this;
    driver.saves = true;
    try {
      await runOnDevices(files, first, {
        open: (onLost) =>
          this.around.open(compute, (reason) => {
            onLost(reason);
            driver.lose(reason);
          }),
        run: (device, start) => this.trainOn(device, start, { place, name, lost: owner.lost }),
        onReopen: (reopening) => {
          this.recorded = null; // its folder is no longer the run's
          this.stored = { name, journal: reopening.continuation.folder.journal };
          this.reportLoss(reopening);
        },
        stop: driver.stopped,
      });
    } catch (error) {
      if (driver.stopped.aborted) return; // a stop that fails leaves the last checkpoint
      const reason = error instanceof DivergedError ? 'diverged' : 'failed';
      await this.summarize({ reason, message: bounded(messageOf(error)) });
      throw error;
    }
  }

  private reportLoss({ reason, attempt, most, continuation: { from } }: Reopening): void {
    const place = from && { stage: from.info.stage, step: from.info.step };
    const notice = { code: 'lost', reason: bounded(reason), at: this.at, from: place, attempt, most } as const;
    this.post({ type: 'notice', notice });
    this.at = place;
  }

  /** Stores why the run ended early. A full storage does not take it. */
  private async summarize(stopped: Pick<Stopped, 'reason' | 'message'>): Promise<void> {
    await this.recorded?.stopped(stopped).catch(() => {});
  }

  private async trainOn(device: Device, { folder, recipe, from }: Start, { place, name, lost }: OwnedPlace) {
    if (this.stored === null) this.remember(name, folder);
    for (const message of await aboutStart({ from, folder }, device.name)) this.post(message);
    const session = await openSession(device, recipe, 'full');
    this.folder = { name, of: folder };
    this.changes.begin(recipe, from?.checkpoint);
    const full = { driver: this.driver, place, name, room: this.around.waitForRoom, post: this.post };
    const done = this.onSession(session, async () => {
      const recorded = new RecordedRun(session, folder, {
        from,
        lost,
        wanted: this.driver.wanted,
        stop: this.driver.stopped,
        ...this.asked,
        onSaved: async (info) => {
          this.post(await savedMessage(info, folder));
          await this.driver.saved();
        },
        onFull: (error) => waitWhileFull(error, full),
      });
      this.recorded = recorded;
      await this.driver.run(recorded.events(), this.send);
      if (!recorded.record.summary) await this.summarize({ reason: 'user' });
    });
    await done.finally(() => {
      this.folder = null;
    });
  }

  /** Options by which the page's changes and phases reach a run. */
  private get asked() {
    const { driver } = this;
    const onPhase = (phase: GrpoPhase) => {
      this.post({ type: 'phase', phase: phaseForPage(phase) });
      return driver.phaseEnded(phase);
    };
    return { changes: this.changes.queue, onPhase, wantsPhases: driver.wantsPhases };
  }

  /** Works with a session, reports compilation meanwhile, and destroys the session. */
  private async onSession(session: Session, work: (session: Session) => Promise<void>): Promise<void> {
    const watching = setInterval(() => {
      const { pipelines, pipelinesReady } = session.device.counters;
      if (pipelinesReady < pipelines) this.post({ type: 'compiling', ready: pipelinesReady, kernels: pipelines });
    }, COMPILING_MS);
    try {
      await work(session);
    } finally {
      clearInterval(watching);
      session.destroy();
    }
  }
}
