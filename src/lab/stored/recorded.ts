/**
 * A run that is stored while it computes: events in the journal, checkpoints, and a summary at the end. The terminal and the
 * worker both train through it. The caller owns the run (`Ownership`).
 */

import type { CheckpointInfo } from '../../runs/checkpoints';
import { StorageFullError } from '../../runs/files';
import type { RunFolder } from '../../runs/runFolder';
import type { Checkpoint } from '../run/checkpoint';
import type { Occasion } from '../run/checkpointer';
import { eventToLine, type LabEvent } from '../run/events';
import { type RunOptions, run } from '../run/run';
import type { Session } from '../run/session';
import { RunRecord, type Stopped } from '../run/stopped';
import { eventMark, repeatsOf } from './changes';
import { modelFilesOf } from './files';

export interface RecordedOptions extends Omit<RunOptions, 'onCheckpoint' | 'checkpoint' | 'repeats'> {
  /** Place to continue from; null for the start. */
  readonly from?: { readonly checkpoint: Checkpoint; readonly info: CheckpointInfo } | null;
  /**
   * Called when the storage is full, each time that a write fails. Resolves when the write should be repeated; rejects to end
   * the run. Nothing that was written is damaged.
   */
  readonly onFull: (error: StorageFullError) => Promise<void>;
  /** Aborted once another process or tab owns the run: this one writes no more, and fails. */
  readonly lost?: AbortSignal;
  /** Called after each checkpoint; the run waits for it. */
  readonly onSaved?: (info: CheckpointInfo) => Promise<void> | void;
}

/** Another process or tab has taken the run over. */
export class TakenOverError extends Error {
  override readonly name = 'TakenOverError';
}

/** Events after which a crash loses nothing: the journal is flushed there. */
const isBoundary = ({ type }: LabEvent): boolean => type !== 'start' && type !== 'stage';

export class RecordedRun {
  /** Summary so far. */
  readonly record: RunRecord;
  /** The last checkpoint; null before the first. */
  saved: CheckpointInfo | null;
  /** Held-out accuracy of the current weights; null if they changed since. */
  private accuracy: number | null = null;
  /** The last write, which a stop waits for. */
  private writing: Promise<unknown> = Promise.resolve();
  /** True after a stop: an event that comes later is not stored. */
  private isClosed = false;

  constructor(
    private readonly session: Session,
    private readonly folder: RunFolder,
    private readonly options: RecordedOptions,
  ) {
    this.saved = options.from?.info ?? null;
    this.record = new RunRecord(session.recipe, options.from?.checkpoint ?? null);
  }

  /** @throws if the run may not write */
  private checkOpen(): void {
    if (this.isClosed) throw new Error(`${this.folder.files.where}: the run has stopped`);
    if (this.options.lost?.aborted)
      throw new TakenOverError(`${this.folder.files.where}: another process has taken this run over`);
  }

  /** Repeats a write until it fits, as `onFull` allows. */
  private async withRoom<T>(write: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        this.checkOpen();
        const writing = write();
        this.writing = writing;
        return await writing;
      } catch (error) {
        if (!(error instanceof StorageFullError)) throw error;
        await this.options.onFull(error);
      }
  }

  private async save(checkpoint: Checkpoint, { isStageEnd }: Occasion): Promise<void> {
    const labels = { isStageEnd, accuracy: this.accuracy };
    const files = modelFilesOf(this.session);
    this.saved = await this.withRoom(() => this.folder.save(checkpoint, labels, files));
    await this.options.onSaved?.(this.saved);
  }

  /** Notes the accuracy of the checkpoint with the evaluated weights. */
  private async label(event: LabEvent): Promise<void> {
    if (event.type === 'sft' || event.type === 'grpo') this.accuracy = null;
    if (event.type !== 'evaluation') return;
    const { accuracy } = event.sampled;
    this.accuracy = accuracy;
    const { saved } = this;
    if (saved?.stage === event.stage) await this.withRoom(() => this.folder.label(saved, { accuracy }));
  }

  /**
   * Runs and stores. An event lies in the journal before the caller gets it.
   * @throws as `run`, and what `onFull` rejects with
   */
  async *events(): AsyncGenerator<LabEvent, void> {
    const { from, onFull: _, onSaved: __, lost: ___, ...options } = this.options;
    const { journal } = this.folder;
    const onCheckpoint = (checkpoint: Checkpoint, occasion: Occasion) => this.save(checkpoint, occasion);
    const repeats = repeatsOf(this.folder.meta, `${this.folder.files.where}: meta.json`);
    const start = { checkpoint: from?.checkpoint ?? null, repeats };
    for await (const event of run(this.session, { ...options, ...start, onCheckpoint })) {
      this.checkOpen();
      journal.append(eventToLine(event), eventMark(event));
      this.record.add(event);
      await this.label(event);
      if (event.type === 'end') await this.withRoom(() => this.folder.finish(event.summary));
      else if (isBoundary(event)) await this.withRoom(() => journal.flush());
      yield event;
    }
  }

  /**
   * Stores why and where the run ended early. It can continue from its last checkpoint. Nothing is stored after that, even
   * if the caller has abandoned `events` in the middle of an evaluation. Stores nothing if the run was opened again and cut
   * back since, as after the loss of its device.
   * @throws StorageFullError
   */
  async stopped({ reason, message }: Pick<Stopped, 'reason' | 'message'>): Promise<void> {
    this.isClosed = true;
    await this.writing.catch(() => {}); // its own caller has the error
    if (!(await this.folder.journal.isWhole())) return;
    const { recipe, device } = this.session;
    const place = this.record.last ?? { stage: 'compile', step: 0 };
    const run = { recipe: recipe.name, seed: recipe.seed, adapter: device.name, peak_bytes: device.counters.bytesPeak };
    const stopped = { reason, ...place, ...(message !== undefined && { message }) };
    await this.folder.finish(this.record.stoppedSummary(run, stopped));
  }
}
