/**
 * A run as a folder: recipe.json, meta.json, events.jsonl, checkpoints/, summary.json, and manifest.json with the sums of the
 * JSON files. Opening checks everything but checkpoints, which are checked when they are read. Opening writes nothing.
 *
 * ```ts
 * const files = nodeFiles(folder);                       // privateFiles(handle) in the browser
 * const { owner, holder } = await ownership.claim(name); // nodeOwnership(folder) or webOwnership(files, who): one writer
 * const run = await RunFolder.create(files, recipe, newMeta({ labVersion, adapter }));
 * run.journal.append(numbersToText(event), markOf('grpo', step)); // typed arrays keep each bit
 * await run.journal.flush();                             // at each step boundary
 * await run.save(checkpoint, { isStageEnd, accuracy });  // whole or not at all; thins older ones
 * await run.finish(summary);                             // run.close() if it stops before
 * ```
 *
 * To resume: `RunFolder.open(files)`, print `run.faults`, `newestGood(files)`, `run.rewind(info)`, continue from the
 * checkpoint. To read a step back: `run.journal.event(run.journal.find(markOf('grpo', 3)))`. list.ts lists runs, zip.ts exports
 * and imports one; a page loads zip.ts on demand, for its size.
 */
import { z } from 'zod';
import { jsonText, parseJsonFile } from '../json';
import { parseAs } from '../validation';
import {
  CHECKPOINTS,
  type CheckpointInfo,
  type CheckpointLabels,
  labelCheckpoint,
  listCheckpoints,
  type StoredCheckpoint,
  saveCheckpoint,
} from './checkpoints';
import { bytesIn, type Fault, type Files, faultText } from './files';
import { EVENTS, Journal } from './journal';
import { type FileSum, faultFrom, fileSum, readChecked, readManifest, sumOf, writeManifest } from './manifest';
import { metaSchema, type RunMeta, type TraceNote } from './meta';
import { joinPath, MANIFEST, RUN_LOCK } from './paths';
import { applyRetention, OTHERS } from './retention';

export const RECIPE = 'recipe.json';
export const META = 'meta.json';
export const SUMMARY = 'summary.json';

/** The sums that each file may have: of its new content, then of the one before. */
const runManifest = z.strictObject({
  files: z.record(z.enum([RECIPE, META, SUMMARY]), z.array(fileSum).min(1).max(2).optional()),
  /** Least events that the journal holds since the last checkpoint or close. */
  events: z.int().min(0),
});
type RunManifest = z.infer<typeof runManifest>;
type JsonFile = typeof RECIPE | typeof META | typeof SUMMARY;

const EMPTY: RunManifest = { files: {} as RunManifest['files'], events: 0 };

/** Reads a JSON file of a run. A damaged one is a fault, and null. */
async function readJson<T>(
  files: Files,
  file: JsonFile,
  manifest: RunManifest | null,
  faults: Fault[],
  check: (value: unknown) => T,
): Promise<T | null> {
  const sums = manifest?.files[file];
  try {
    if (manifest && !sums) return null; // a crash came before the manifest: the file will be written again
    const bytes = sums ? await readChecked(files, file, sums) : await files.read(file);
    return bytes && check(parseJsonFile(bytes, file));
  } catch (error) {
    faults.push(faultFrom(error, file));
    return null;
  }
}

const readMeta = (files: Files, manifest: RunManifest | null, faults: Fault[]): Promise<RunMeta | null> =>
  readJson(files, META, manifest, faults, (value) => parseAs(metaSchema, value, META));

export class RunFolder {
  /** Resolves when all changes of the manifest so far have ended. */
  private changed: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly files: Files,
    private manifest: RunManifest,
    /** Null if the file is missing or damaged; the journal's first event has the recipe too. */
    readonly recipe: unknown,
    /** Null for a run of an earlier version. */
    public meta: RunMeta | null,
    /** Null until the run ends. */
    public summary: unknown,
    readonly journal: Journal,
    /** Faults that opening found, by file. */
    readonly faults: readonly Fault[],
  ) {}

  /** Creates a run in an empty folder. @throws if the folder has files */
  static async create(files: Files, recipe: unknown, meta: RunMeta): Promise<RunFolder> {
    if ((await files.list('')).some(({ name }) => name !== RUN_LOCK))
      throw new Error(`${files.where} is not empty; choose another folder for the run`);
    const run = new RunFolder(files, EMPTY, recipe, null, null, await Journal.open(files), []);
    try {
      await run.writeJson(RECIPE, recipe);
      await run.setMeta(meta);
    } catch (error) {
      for (const file of [RECIPE, META, MANIFEST]) await files.remove(file).catch(() => {});
      throw error;
    }
    return run;
  }

  /** Opens a run, also one of an earlier version or a damaged one: see `faults`. */
  static async open(files: Files): Promise<RunFolder> {
    const faults: Fault[] = [];
    const manifest = await openManifest(files, faults);
    const any = (value: unknown): unknown => value;
    const recipe = await readJson(files, RECIPE, manifest, faults, any);
    const meta = await readMeta(files, manifest, faults);
    const summary = await readJson(files, SUMMARY, manifest, faults, any);
    const journal = await Journal.open(files);
    if (journal.fault) faults.push(journal.fault);
    const { checkpoints, faults: damaged } = await listCheckpoints(files);
    faults.push(...damaged);
    const events = Math.max(manifest?.events ?? 0, ...checkpoints.map((checkpoint) => checkpoint.events));
    if (!journal.fault && journal.events < events)
      faults.push({ file: EVENTS, what: `it has ${journal.events} events, of at least ${events} that were written` });
    const known = manifest ?? { files: await sumsOf(files, { recipe, meta, summary }), events: journal.events };
    return new RunFolder(files, known, recipe, meta, summary, journal, faults);
  }

  /** Checkpoints, newest first. */
  async checkpoints(): Promise<readonly CheckpointInfo[]> {
    return (await listCheckpoints(this.files)).checkpoints;
  }

  /**
   * Saves a checkpoint after the journal, then thins the others.
   * @throws StorageFullError, or naming the tensor that is not finite; nothing is damaged then
   */
  async save(
    checkpoint: StoredCheckpoint,
    labels: Omit<CheckpointLabels, 'events'>,
    modelFiles: Readonly<Record<string, Uint8Array>> = {},
  ): Promise<CheckpointInfo> {
    await this.journal.flush();
    const info = await saveCheckpoint(this.files, checkpoint, { ...labels, events: this.journal.events }, modelFiles);
    await applyRetention(this.files, { pinned: this.meta?.pinned ?? [], others: OTHERS });
    return info;
  }

  /** Notes the held-out accuracy of a checkpoint, which retention reads. */
  label(info: CheckpointInfo, labels: Partial<Omit<CheckpointLabels, 'events'>>): Promise<void> {
    return labelCheckpoint(this.files, info, labels);
  }

  /**
   * Cuts the journal back to a checkpoint, or to its start, and removes the summary and later checkpoints: the run produces
   * them again.
   * @throws if the journal takes no events, or is shorter than at the checkpoint; nothing is removed then
   */
  async rewind(info: CheckpointInfo | null): Promise<void> {
    const events = info?.events ?? 0;
    this.journal.checkCut(events);
    for (const later of await this.checkpoints()) if (later.events > events) await this.files.remove(later.folder);
    this.summary = null;
    await this.inTurn(async () => {
      const { [SUMMARY]: _, ...sums } = this.manifest.files;
      await this.setManifest({ files: sums as RunManifest['files'], events: Math.min(this.manifest.events, events) });
      await this.files.remove(SUMMARY);
    });
    await this.journal.cutTo(events);
  }

  /** Replaces meta.json. */
  setMeta(meta: RunMeta): Promise<void> {
    return this.inTurn(() => this.writeMeta(meta));
  }

  /** Changes meta.json, also while the run is written. @throws if the run has none */
  editMeta(change: (meta: RunMeta) => RunMeta): Promise<void> {
    return this.inTurn(async () => {
      if (!this.meta) throw noMeta(this.files);
      await this.writeMeta(change(this.meta));
    });
  }

  /** Writes summary.json, flushes the journal and notes the size of the folder. */
  async finish(summary: unknown): Promise<void> {
    await this.journal.flush();
    await this.inTurn(() => this.writeJson(SUMMARY, summary));
    this.summary = summary;
    await this.close();
  }

  /** Flushes the journal and records its length, so that a shorter one is found at the next opening. */
  async close(): Promise<void> {
    await this.journal.flush();
    await this.inTurn(async () => {
      await this.setManifest({ ...this.manifest, events: this.journal.events });
      if (this.meta) await this.writeMeta({ ...this.meta, bytes: await bytesIn(this.files) });
    });
  }

  /** Runs changes of the manifest one after the other: a person may rename a run while it trains. */
  private inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.changed.then(change);
    this.changed = done.catch(() => {}); // the caller has the error
    return done;
  }

  private async writeMeta(meta: RunMeta): Promise<void> {
    const checked = parseAs(metaSchema, meta, META);
    await this.writeJson(META, checked);
    this.meta = checked;
  }

  private async setManifest(manifest: RunManifest): Promise<void> {
    await writeManifest(this.files, '', manifest);
    this.manifest = manifest;
  }

  private async writeJson(file: JsonFile, value: unknown): Promise<void> {
    await writeJson(this.files, this.manifest, (manifest) => this.setManifest(manifest), file, value);
  }
}

/**
 * Writes a file so that a crash leaves a good one: a new file before the manifest, which ignores it until then; a file
 * that exists after a manifest with the sums of both contents.
 */
async function writeJson(
  files: Files,
  manifest: RunManifest,
  setManifest: (manifest: RunManifest) => Promise<void>,
  file: JsonFile,
  value: unknown,
): Promise<void> {
  const bytes = new TextEncoder().encode(jsonText(value));
  const sum = await sumOf(bytes);
  const before = await files.read(file);
  const digest = before && (await sumOf(before)).sha256;
  const last = manifest.files[file]?.find(({ sha256 }) => sha256 === digest);
  const list = (...sums: FileSum[]) => setManifest({ ...manifest, files: { ...manifest.files, [file]: sums } });
  if (last) await list(sum, last);
  await files.write(file, bytes);
  if (!last) await list(sum);
}

const noMeta = ({ where }: Files): Error => new Error(`${where} has no ${META}: an earlier version wrote this run`);

/** Reads meta.json alone. @throws naming the damage: the field with a fault, if there is one */
async function openMeta(files: Files): Promise<{ manifest: RunManifest | null; meta: RunMeta | null }> {
  const faults: Fault[] = [];
  const manifest = await openManifest(files, faults);
  const meta = manifest && (await readMeta(files, manifest, faults));
  const [fault] = faults;
  if (!fault) return { manifest, meta };
  if (fault.file === META) await readMeta(files, null, faults); // its sum says that it is damaged, its schema says where
  throw new Error(faultText(faults.at(-1)!));
}

/** Notes on rollouts in meta.json; none where it is missing. Reads no journal. @throws naming the damage */
export const traceNotes = async (files: Files): Promise<readonly TraceNote[]> =>
  (await openMeta(files)).meta?.traces ?? [];

/**
 * Changes meta.json of a run that nobody writes. It reads no journal, so it is fast.
 * @throws if the run has no meta.json or it is damaged; nothing changes then
 */
export async function editMeta(files: Files, change: (meta: RunMeta) => RunMeta): Promise<void> {
  const { manifest, meta } = await openMeta(files);
  if (!manifest || !meta) throw noMeta(files);
  const edited = parseAs(metaSchema, change(meta), META);
  await writeJson(files, manifest, (next) => writeManifest(files, '', next), META, edited);
}

/** Sums of the files that were read without a manifest. */
async function sumsOf(files: Files, read: Readonly<Record<'recipe' | 'meta' | 'summary', unknown>>) {
  const sums = {} as RunManifest['files'];
  for (const file of [RECIPE, META, SUMMARY] as const) {
    const bytes = read[file.slice(0, -5) as keyof typeof read] === null ? null : await files.read(file);
    if (bytes) sums[file] = [await sumOf(bytes)];
  }
  return sums;
}

/** Reads the manifest of a run; null for a run of an earlier version, or a damaged one. */
async function openManifest(files: Files, faults: Fault[]): Promise<RunManifest | null> {
  const isNew = (await files.size(META)) !== null || (await files.list(CHECKPOINTS)).length > 0;
  if (!isNew && (await files.size(MANIFEST)) === null) return null;
  try {
    return await readManifest(files, '', runManifest);
  } catch (error) {
    faults.push(faultFrom(error, joinPath(MANIFEST)));
    return null;
  }
}
