/**
 * Commands about the stored runs, for the page. Files and locks are injected. A command that changes a run owns it meanwhile,
 * so it never disturbs a worker that trains it.
 */
import { z } from 'zod';
import { parseJsonFile } from '../json';
import type { ReportArms } from '../lab/report/storedArms';
import { Histories, type RunHistory, type Sparks, sparksOf } from '../lab/stored/history';
import { quote } from '../quote';
import { type CheckpointInfo, listCheckpoints } from '../runs/checkpoints';
import { type Fault, type Files, filesWithin, messageOf } from '../runs/files';
import { listRuns, type RunInfo } from '../runs/list';
import type { Owner, Ownership } from '../runs/owner';
import { joinPath } from '../runs/paths';
import { editMeta, META, RECIPE, SUMMARY } from '../runs/runFolder';
import { freeName } from './freeName';
import { editedMeta, type MetaEdit } from './metaEdit';
import type { ExportKind } from './runExports';

/** Facts of a recipe that the list shows. A run of another version may lack some. */
const recipeFacts = z.object({
  title: z.string(),
  seed: z.number(),
  task: z.object({ name: z.string(), level: z.number() }),
  sft: z.object({ steps: z.number() }),
  grpo: z.object({ steps: z.number() }),
});

export interface StoredRun extends RunInfo {
  /** Null if recipe.json is damaged. */
  readonly recipe: z.infer<typeof recipeFacts> | null;
  /** True if it came to its end. */
  readonly hasEnded: boolean;
}

export interface CheckpointRow extends CheckpointInfo {
  /** True if the user pinned it: it stays when others are thinned. */
  readonly isPinned: boolean;
}

export interface ImportedRun {
  readonly name: string;
  /** Faults that the run had when it was exported. */
  readonly faults: readonly Fault[];
}

export interface ExportedFile {
  readonly name: string;
  readonly file: Blob;
}

export interface ComparedRun {
  readonly run: string;
  /** Null where the run cannot be read. */
  readonly history: RunHistory | null;
  readonly fault: string | null;
}

export interface LibraryCommands {
  /** All runs, the newest first. */
  list(): Promise<StoredRun[]>;
  /** Checkpoints of a run, the newest first. */
  checkpoints(run: string): Promise<CheckpointRow[]>;
  /** Changes what a person notes about a run. @throws naming the value that does not fit, or who holds the run */
  edit(run: string, edit: MetaEdit): Promise<void>;
  /**
   * Hides a run and holds it, so that `remove` or `restore` can follow. It comes back by itself where the page is closed before.
   * @throws if there is no such run, or who holds it
   */
  setAside(run: string): Promise<void>;
  /** Shows a run again that was set aside. */
  restore(run: string): Promise<void>;
  /** Removes a run that was set aside, or that nobody holds. A missing one is fine. */
  remove(run: string): Promise<void>;
  removeCheckpoint(run: string, checkpoint: string): Promise<void>;
  /**
   * Exports a run as a temporary file on disk, which stays for `EXPORT_MS`.
   * @param checkpoint that the export takes the model of; null for the newest good one
   */
  export(run: string, kind: ExportKind, checkpoint: string | null): Promise<ExportedFile>;
  /** Stores the run of a zip or a recording. @throws naming the file and its fault; nothing is stored then */
  import(file: Blob, fileName: string): Promise<ImportedRun>;
  /** Small curves of a run. */
  sparks(run: string): Promise<Sparks>;
  /** Curves, evaluations and changes of runs, each with its recipe. */
  compare(runs: readonly string[]): Promise<ComparedRun[]>;
  /** Arms of an experiment of the report that stored runs answer, and the sizes of their runs. */
  arms(experiment: string): Promise<ReportArms>;
}

/** Place of the runs. */
export interface LibraryParts {
  /** Opens the folder of all runs. */
  readonly place: () => Promise<{ readonly files: Files; readonly ownership: Ownership }>;
  /** A file of that folder as a Blob that lies on disk. */
  readonly blobAt: (path: string) => Promise<Blob>;
}

/** Lifetime of an exported zip, ms: a browser may ask where to save it, and then copies it. */
export const EXPORT_MS = 10 * 60_000;
const EXPORTS = '.export-';
const IMPORTS = '.import-';

/** Facts of a JSON file; null if it is missing or damaged. The list has its fault. */
async function factsIn<T>(files: Files, file: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const bytes = await files.read(file);
    return bytes && schema.parse(parseJsonFile(bytes, file));
  } catch {
    return null;
  }
}

/** Names of the checkpoints that the user pinned. */
const pinnedIn = async (files: Files): Promise<readonly string[]> =>
  (await factsIn(files, META, z.object({ pinned: z.array(z.string()) })))?.pinned ?? [];

const namesIn = async (files: Files): Promise<string[]> =>
  (await files.list('')).filter(({ isFolder }) => isFolder).map(({ name }) => name);

const exists = async (files: Files, run: string): Promise<boolean> =>
  !run.startsWith('.') && (await namesIn(files)).includes(run);

const noRun = (run: string): Error =>
  new Error(`there is no run ${quote(run)}; it may have been deleted in another tab`);

async function checkpointAt(folder: Files, name: string): Promise<CheckpointInfo> {
  const found = (await listCheckpoints(folder)).checkpoints.find((one) => one.name === name);
  if (!found) throw new Error(`${folder.where} has no checkpoint ${quote(name)}; it may have been thinned`);
  return found;
}

export class Library implements LibraryCommands {
  private cleaned: Promise<void> | null = null;
  /** Ends with the last edit. */
  private edited: Promise<void> = Promise.resolve();
  /** Runs that were set aside, with what holds them. */
  private readonly aside = new Map<string, Owner>();
  private readonly histories = new Histories();

  constructor(private readonly parts: LibraryParts) {}

  async list(): Promise<StoredRun[]> {
    const { files, ownership } = await this.parts.place();
    this.cleaned ??= this.removeLeftovers().catch(() => {}); // only space depends on it
    await this.cleaned;
    const runs = await listRuns(files, (name) => ownership.holderOf(name));
    const shown = runs.filter(({ name }) => !this.aside.has(name));
    return Promise.all(
      shown.map(async (run) => {
        const folder = filesWithin(files, run.name);
        const recipe = await factsIn(folder, RECIPE, recipeFacts);
        const summary = await factsIn(folder, SUMMARY, z.looseObject({}));
        return { ...run, recipe, hasEnded: summary !== null && !('stopped' in summary) };
      }),
    );
  }

  async checkpoints(run: string): Promise<CheckpointRow[]> {
    const folder = filesWithin((await this.parts.place()).files, run);
    const pinned = await pinnedIn(folder);
    return (await listCheckpoints(folder)).checkpoints.map((one) => ({ ...one, isPinned: pinned.includes(one.name) }));
  }

  /** Edits wait for each other: two fields of a run may be left within a moment. */
  edit(run: string, edit: MetaEdit): Promise<void> {
    const change = () => this.owning(run, (folder) => editMeta(folder, (meta) => editedMeta(meta, edit)));
    const done = this.edited.then(change);
    this.edited = done.catch(() => {}); // the caller has the error
    return done;
  }

  async setAside(run: string): Promise<void> {
    this.aside.set(run, await this.claim(run));
  }

  async restore(run: string): Promise<void> {
    const owner = this.aside.get(run);
    this.aside.delete(run);
    await owner?.release();
  }

  async remove(run: string): Promise<void> {
    const { files } = await this.parts.place();
    try {
      if (this.aside.has(run)) await files.remove(run);
      else if (await exists(files, run)) await this.owning(run, () => files.remove(run));
      this.histories.forget(run);
    } finally {
      await this.restore(run);
    }
  }

  removeCheckpoint(run: string, name: string): Promise<void> {
    return this.owning(run, async (folder) => {
      const { folder: place } = await checkpointAt(folder, name);
      if ((await pinnedIn(folder)).includes(name)) await editMeta(folder, (meta) => editedMeta(meta, { unpin: name }));
      await folder.remove(place);
    });
  }

  async export(run: string, kind: ExportKind, checkpoint: string | null): Promise<ExportedFile> {
    const { files, ownership } = await this.parts.place();
    const place = `${EXPORTS}${run}-${Date.now().toString(36)}`;
    const { owner } = await ownership.claim(place); // other tabs leave it while it may be needed
    const discard = async () => {
      await files.remove(place).catch(() => {});
      await owner?.release();
    };
    try {
      const { exportAs } = await import('./runExports');
      const name = await this.owning(run, async (folder) => {
        const { ending, content } = await exportAs(folder, kind, checkpoint);
        await files.write(joinPath(place, run + ending), content);
        return run + ending;
      });
      const file = await this.parts.blobAt(joinPath(place, name));
      setTimeout(discard, EXPORT_MS);
      return { name, file };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  async import(file: Blob, fileName: string): Promise<ImportedRun> {
    const { files, ownership } = await this.parts.place();
    const name = freeName(fileName, await namesIn(files));
    const { owner } = await ownership.claim(`${IMPORTS}${name}`);
    const where = quote(fileName);
    try {
      if (/\.jsonl?$/i.test(fileName)) {
        const { importRecording } = await import('../lab/stored/importedRecording');
        await importRecording(files, name, file, where);
        return { name, faults: [] };
      }
      const { importRun, zipOfBlob } = await import('../runs/zip');
      return { name, faults: await importRun(files, name, zipOfBlob(file, where)) };
    } finally {
      await owner?.release();
    }
  }

  private async historyOf(run: string): Promise<RunHistory> {
    const { files } = await this.parts.place();
    if (!(await exists(files, run))) throw noRun(run);
    return this.histories.of(files, run);
  }

  async sparks(run: string): Promise<Sparks> {
    return sparksOf(await this.historyOf(run));
  }

  compare(runs: readonly string[]): Promise<ComparedRun[]> {
    const read = async (run: string): Promise<ComparedRun> => {
      try {
        return { run, history: await this.historyOf(run), fault: null };
      } catch (error) {
        return { run, history: null, fault: messageOf(error) };
      }
    };
    return Promise.all(runs.map(read));
  }

  async arms(experiment: string): Promise<ReportArms> {
    const { storedArmsOf } = await import('../lab/report/storedArms');
    return storedArmsOf(experiment, (await this.parts.place()).files);
  }

  /** Works on a run as its owner. @throws if there is no such run, or who holds it */
  private async owning<T>(run: string, work: (folder: Files) => Promise<T>): Promise<T> {
    const { files } = await this.parts.place();
    const owner = await this.claim(run);
    try {
      return await work(filesWithin(files, run));
    } finally {
      await owner.release();
    }
  }

  /** @throws if there is no such run, or who holds it */
  private async claim(run: string): Promise<Owner> {
    const { files, ownership } = await this.parts.place();
    if (!(await exists(files, run))) throw noRun(run);
    const { owner, holder } = await ownership.claim(run);
    if (!owner) throw new Error(`${run} is held by ${holder.who}; stop it there first`);
    return owner;
  }

  /** Removes what ended tabs left of their exports and imports. */
  private async removeLeftovers(): Promise<void> {
    const { files, ownership } = await this.parts.place();
    for (const name of await namesIn(files))
      if ((name.startsWith(EXPORTS) || name.startsWith(IMPORTS)) && !(await ownership.holderOf(name)))
        await files.remove(name);
  }
}
