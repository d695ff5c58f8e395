/** Folder of a run: tested before the run, recorded into during it, complete at its end. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MODEL_FILES, type ModelFiles } from '../formats/model';
import { jsonText } from '../json';
import { RUN_LOCK } from '../runs/paths';
import { mebibytes } from '../units';
import { errorCode, fileFault, shownPath } from './fileFault';
import { makeFolder, PARTIAL, writeFiles } from './files';
import { InputError, input } from './input';
import { checkUnlocked, lockFor, unlock } from './lock';

const EVENTS = 'events.jsonl';
const FILES: readonly string[] = ['recipe.json', 'summary.json', EVENTS, ...MODEL_FILES];
const OURS: readonly string[] = [RUN_LOCK, ...FILES, ...FILES.map((name) => `${name}${PARTIAL}`)];
/** Bytes of the write test: a full disk may still take an empty file. */
const TEST_BYTES = 4096;

/** @throws InputError unless the folder is empty, or belongs to an earlier run that ended or was killed */
export function checkRunFolder(out: string): void {
  if (!existsSync(out)) return;
  if (!statSync(out).isDirectory()) throw new InputError(`--out: ${shownPath(out)} is a file; choose a folder`);
  const files = input(() => readdirSync(out));
  const other = files.find((file) => !OURS.includes(file));
  if (other !== undefined)
    throw new InputError(`--out: ${shownPath(out)} holds ${other}, which no run writes; choose an empty folder`);
  const folder = files.find((file) => statSync(path.join(out, file), { throwIfNoEntry: false })?.isDirectory());
  if (folder !== undefined)
    throw new InputError(
      `--out: ${shownPath(path.join(out, folder))} is a folder, where a file of the run belongs; remove it`,
    );
  checkUnlocked(path.join(out, RUN_LOCK), out, 'folder');
}

export interface SavedRun {
  readonly recipe: unknown;
  readonly summary: unknown;
  readonly model: ModelFiles;
}

/** Folder of a saved run, and the faults on the way. */
export interface Saved {
  readonly folder: string;
  /** Empty if everything was saved. */
  readonly faults: readonly string[];
}

export class RunFolder {
  private events: number | null;
  private constructor(
    readonly folder: string,
    private readonly isNew: boolean,
    events: number,
  ) {
    this.events = events;
  }

  /** Opens the folder and tests that it takes files. @throws InputError with the cause; nothing changes then */
  static open(folder: string): RunFolder {
    checkRunFolder(folder);
    const isNew = !existsSync(folder);
    const file = path.join(folder, `${EVENTS}${PARTIAL}`);
    let events: number | null = null;
    makeFolder(folder);
    lockFor(path.join(folder, RUN_LOCK), folder, 'folder');
    try {
      events = openSync(file, 'w');
      writeFileSync(events, new Uint8Array(TEST_BYTES));
      fsyncSync(events);
      ftruncateSync(events);
      closeSync(events);
      return new RunFolder(folder, isNew, openSync(file, 'a'));
    } catch (error) {
      if (events !== null) rmSync(file, { force: true });
      unlock(path.join(folder, RUN_LOCK));
      throw new InputError(`--out: ${shownPath(folder)} cannot be written: ${fileFault(error)}; choose another place`);
    }
  }

  /** True if an earlier run left its weights here. */
  get hasWeights(): boolean {
    return existsSync(path.join(this.folder, 'model.safetensors' satisfies keyof ModelFiles));
  }

  /** Appends to the recording, which stays beside that of an earlier run until this one is saved. @throws if the disk is full */
  record(line: string): void {
    if (this.events !== null) writeFileSync(this.events, line);
  }

  private closeEvents(): void {
    if (this.events === null) return;
    const descriptor = this.events;
    this.events = null;
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /**
   * Saves the run. Weights come first: on a full disk the recording is deleted to make room, and if that is not enough, the
   * weights go to the folder for temporary files.
   * @throws if the weights fit nowhere
   */
  save(run: SavedRun): Saved {
    try {
      return this.saveAll(run);
    } finally {
      unlock(path.join(this.folder, RUN_LOCK));
    }
  }

  private saveAll({ recipe, summary, model }: SavedRun): Saved {
    const partial = path.join(this.folder, `${EVENTS}${PARTIAL}`);
    const all = (folder: string) =>
      [
        ...Object.entries(model),
        ['recipe.json', jsonText(recipe)] as const,
        ['summary.json', jsonText(summary)] as const,
      ].map(([name, content]) => [path.join(folder, name), content] as const);
    const faults: string[] = [];
    const attempt = (work: () => void): boolean => {
      try {
        work();
        return true;
      } catch (error) {
        faults.push(fileFault(error));
        return false;
      }
    };
    attempt(() => this.closeEvents());
    if (attempt(() => writeFiles(all(this.folder)))) {
      attempt(() => renameSync(partial, path.join(this.folder, EVENTS)));
      return { folder: this.folder, faults };
    }
    if (attempt(() => rmSync(partial, { force: true })) && attempt(() => writeFiles(all(this.folder)))) {
      // the recording of an earlier run would look like this one's
      attempt(() => rmSync(path.join(this.folder, EVENTS), { force: true }));
      return { folder: this.folder, faults: [...faults, 'the recording was deleted to make room'] };
    }
    let spare = '';
    if (
      attempt(() => {
        spare = mkdtempSync(path.join(os.tmpdir(), 'groupthink-run-'));
        writeFiles(all(spare));
      })
    )
      return { folder: spare, faults };
    const bytes = Object.values(model).reduce((sum, { length }) => sum + length, 0);
    throw new Error(
      `the weights could not be saved, in ${this.folder} or in ${os.tmpdir()}: ${[...new Set(faults)].join('; ')}. ` +
        `They need ${mebibytes(bytes)}: free that much and run again`,
    );
  }

  /** Restores the folder, for a run that has nothing to save. */
  discard(): void {
    try {
      this.closeEvents();
      rmSync(path.join(this.folder, `${EVENTS}${PARTIAL}`), { force: true });
      unlock(path.join(this.folder, RUN_LOCK));
      if (this.isNew) rmdirSync(this.folder);
    } catch (error) {
      if (errorCode(error) === undefined) throw error; // a folder that is no longer empty stays
    }
  }
}
