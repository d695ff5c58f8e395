/**
 * A run that is stored while it computes: events in the journal, checkpoints, and a summary at the end. The terminal and the
 * worker both train through it. The caller owns the run (`Ownership`).
 */

import type { CheckpointInfo } from '../../runs/checkpoints';
import { StorageFullError } from '../../runs/files';
import { markOf } from '../../runs/journal';
import type { RunFolder } from '../../runs/runFolder';
import type { Checkpoint } from '../run/checkpoint';
import type { Occasion } from '../run/checkpointer';
import { eventToLine, type LabEvent } from '../run/events';
import { type RunOptions, run } from '../run/run';
import type { Session } from '../run/session';
import { RunRecord, type Stopped } from '../run/stopped';
import { modelFilesOf } from './files';

export interface RecordedOptions extends Omit<RunOptions, 'onCheckpoint' | 'checkpoint'> {
  /** Place to continue from; null for the start. */
  readonly from?: { readonly checkpoint: Checkpoint; readonly info: CheckpointInfo } | null;
  /**
   * Called when the storage is full, each time that a write fails. Resolves when the write should be repeated; rejects to end
   * the run. Nothing that was written is damaged.
   */
  readonly onFull: (error: StorageFullError) => Promise<void>;
  /** Called after each checkpoint; the run waits for it. */
  readonly onSaved?: (info: CheckpointInfo) => Promise<void> | void;
}

/** Events after which a crash loses nothing: the journal is flushed there. */
const isBoundary = ({ type }: LabEvent): boolean => type !== 'start' && type !== 'stage';

/** Mark of an event in the journal. */
const markFor = (event: LabEvent): string | null =>
  event.type === 'sft' || event.type === 'grpo' ? markOf(event.type, event.step) : null;

export class RecordedRun {
  /** Summary so far. */
  readonly record: RunRecord;
  /** The last checkpoint; null before the first. */
  saved: CheckpointInfo | null;
  /** Held-out accuracy of the current weights; null if they changed since. */
  private accuracy: number | null = null;

  constructor(
    private readonly session: Session,
    private readonly folder: RunFolder,
    private readonly options: RecordedOptions,
  ) {
    this.saved = options.from?.info ?? null;
    this.record = new RunRecord(options.from?.checkpoint ?? null);
  }

  /** Repeats a write until it fits, as `onFull` allows. */
  private async withRoom<T>(write: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await write();
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
    const { from, onFull: _, onSaved: __, ...options } = this.options;
    const { journal } = this.folder;
    const onCheckpoint = (checkpoint: Checkpoint, occasion: Occasion) => this.save(checkpoint, occasion);
    for await (const event of run(this.session, { ...options, checkpoint: from?.checkpoint ?? null, onCheckpoint })) {
      journal.append(eventToLine(event), markFor(event));
      this.record.add(event);
      await this.label(event);
      if (event.type === 'end') await this.withRoom(() => this.folder.finish(event.summary));
      else if (isBoundary(event)) await this.withRoom(() => journal.flush());
      yield event;
    }
  }

  /** Stores why and where the run ended early. It can continue from its last checkpoint. @throws StorageFullError */
  async stopped({ reason, message }: Pick<Stopped, 'reason' | 'message'>): Promise<void> {
    const { recipe, device } = this.session;
    const place = this.record.last ?? { stage: 'compile', step: 0 };
    const run = { recipe: recipe.name, seed: recipe.seed, adapter: device.name, peak_bytes: device.counters.bytesPeak };
    const stopped = { reason, ...place, ...(message !== undefined && { message }) };
    await this.folder.finish(this.record.stoppedSummary(run, stopped));
  }
}
