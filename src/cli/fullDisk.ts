/** Pause of a run whose disk is full: says once what is needed and what could be deleted, then looks for room. */
import path from 'node:path';
import type { StorageFullError } from '../runs/files';
import { markOf } from '../runs/journal';
import type { RunFolder } from '../runs/runFolder';
import { mebibytes } from '../units';
import { word } from './shell';
import { stopping, unlessStopped } from './stopping';

/** Time between two attempts to write. */
const AGAIN_MS = 2000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class FullDisk {
  private isFull = false;

  constructor(
    private readonly folder: RunFolder,
    private readonly say: (...lines: string[]) => void,
  ) {}

  /** Waits before the next attempt. @throws StoppedError at a signal */
  async wait(error: StorageFullError): Promise<void> {
    if (!this.isFull) this.say(...(await this.advice(error)));
    this.isFull = true;
    await unlessStopped(sleep(AGAIN_MS));
  }

  /** Notes that a write has succeeded. */
  written(): void {
    if (this.isFull) this.say('there is room again; the run goes on');
    this.isFull = false;
  }

  private async advice({ message }: StorageFullError): Promise<string[]> {
    const { files, meta } = this.folder;
    const [, ...older] = await this.folder.checkpoints();
    const parent = meta?.parent;
    // the start of a fork has the data of its SFT steps
    const needed = [...(meta?.pinned ?? []), ...(parent ? [markOf(parent.stage, parent.step)] : [])];
    const spare = older.filter(({ name }) => !needed.includes(name));
    const rows = spare.map(
      ({ folder, bytes }) => `  rm -r ${word(path.join(files.where, folder))}  # ${mebibytes(bytes)}`,
    );
    return [
      `paused: ${path.join(files.where, message)}`,
      ...(rows.length > 0 ? ['checkpoints of this run that it does not need:', ...rows] : []),
      `the run looks for room every ${AGAIN_MS / 1000} s and then goes on; ${stopping.aborted ? 'it ends now' : 'Ctrl+C ends it, and --resume continues it'}`,
    ];
  }
}
