/**
 * A run as one zip file, in parts: a large run never lies in memory. Tensors are stored, text is deflated. A foreign zip is
 * checked before anything is written: names, numbers and sizes of files, duplicates, overlaps.
 */
import { configure, type Entry, Reader, ZipReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-external.js';
import { MODEL_FILES } from '../formats/model';
import { quote } from '../quote';
import { mebibytes } from '../units';
import { allFiles, type Bytes, type Fault, type Files, filesWithin, messageOf } from './files';
import { EVENTS } from './journal';
import { joinPath, PARTIAL } from './paths';
import { RunFolder } from './runFolder';

/** Bytes of one read. */
const PART = 1 << 20;
const MOST_FILES = 2000;
const MOST_BYTES = 32 * 2 ** 30;
/** Largest JSON file, bytes; journals and tensors may be larger. */
const MOST_JSON = 64 * 2 ** 20;
/** Most bytes of content per byte of the zip, beyond the first MiB. */
const MOST_RATIO = 200;

const ROOT = ['recipe.json', 'meta.json', 'summary.json', 'manifest.json', EVENTS];
const MODEL: readonly string[] = MODEL_FILES;
const CHECKPOINT = ['manifest.json', 'state.json', 'optimizer.safetensors', 'reference.safetensors', ...MODEL];
/** Only the formats of earlier versions have a model in the run's own folder. */
const IN_ROOT = new Set<string>([...ROOT, ...MODEL]);
const IN_CHECKPOINT = new Set<string>(CHECKPOINT);

/** Records of evaluations. */
const RECORD = /^evaluations\/[\w.-]{1,120}\.jsonl$/;

/** True for the path of a file that a run has. */
export function isRunFile(path: string): boolean {
  const [, file = ''] = /^checkpoints\/[a-z]{1,32}-\d{1,9}(?:\.\d{1,6})?\/([^/]+)$/.exec(path) ?? [];
  return IN_ROOT.has(path) || IN_CHECKPOINT.has(file) || RECORD.test(path);
}

// a page under a strict Content-Security-Policy starts no worker from a blob
const setUp = (): void => configure({ useWebWorkers: false });

/** The first `size` bytes of a file; a run that trains may append to it or remove it meanwhile. */
function streamOf(files: Files, path: string, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at === size) return controller.close();
      const part = await files.readRange(path, at, Math.min(at + PART, size));
      if (!part?.length) throw new Error(`${path} was removed or cut off during the export; export the run again`);
      controller.enqueue(part);
      at += part.length;
    },
  });
}

/** Files of a run with their names in the zip: a journal that an earlier version left unfinished gets the usual name. */
async function* exportedFiles(files: Files): AsyncGenerator<{ path: string; name: string; bytes: number }> {
  const hasJournal = (await files.size(EVENTS)) !== null;
  for await (const { path, bytes } of allFiles(files)) {
    const name = path === EVENTS + PARTIAL && !hasJournal ? EVENTS : path;
    if (isRunFile(name)) yield { path, name, bytes };
  }
}

/** A run as the bytes of a zip file. Files that no run writes are left out. */
export const exportRun = (files: Files): ReadableStream<Uint8Array> => zipOf(files, exportedFiles(files));

/** Model of a checkpoint with the files that Hugging Face's libraries open. */
async function* modelFiles(
  files: Files,
  folder: string,
): AsyncGenerator<{ path: string; name: string; bytes: number }> {
  for (const name of MODEL_FILES) {
    const path = joinPath(folder, name);
    const bytes = await files.size(path);
    if (bytes !== null) yield { path, name, bytes };
  }
}

/** Model of a checkpoint as a zip with the folder that Hugging Face's libraries open. @param folder of the checkpoint */
export const exportModel = (files: Files, folder: string): ReadableStream<Uint8Array> =>
  zipOf(files, modelFiles(files, folder));

function zipOf(
  files: Files,
  exported: AsyncIterable<{ readonly path: string; readonly name: string; readonly bytes: number }>,
): ReadableStream<Uint8Array> {
  setUp();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const write = async () => {
    const zip = new ZipWriter(writable, { keepOrder: true, extendedTimestamp: false });
    for await (const { path, name, bytes } of exported)
      await zip.add(name, streamOf(files, path, bytes), { level: name.endsWith('.safetensors') ? 0 : 6 });
    await zip.close();
  };
  write().catch((error: unknown) => writable.abort(error).catch(() => {}));
  return readable;
}

/** A file with random access: a Blob in the browser, a file on disk in Node. */
export interface ZipSource {
  /** Name, for messages. */
  readonly name: string;
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

export const zipOfBlob = (blob: Blob, name: string): ZipSource => ({
  name,
  size: blob.size,
  read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
});

/** The zip at a path of some files. @throws if there is none */
export async function zipOfFile(files: Files, path: string): Promise<ZipSource> {
  const size = await files.size(path);
  if (size === null) throw new Error(`there is no file ${path}`);
  return {
    name: path,
    size,
    read: async (start, end) => (await files.readRange(path, start, end)) ?? new Uint8Array(),
  };
}

class SourceReader extends Reader<ZipSource> {
  constructor(private readonly source: ZipSource) {
    super(source);
    this.size = source.size;
  }
  override readUint8Array(index: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.source.read(index, Math.min(index + length, this.source.size)) as Promise<Bytes>;
  }
}

/** Checks the list of a zip. @throws naming the zip, the file in it and the fault */
function checkEntries(entries: readonly Entry[], { name, size }: ZipSource): void {
  const refuse = (why: string): never => {
    throw new Error(`${name}: ${why}; import a zip that this lab exported`);
  };
  const seen = new Set<string>();
  let sum = 0;
  for (const { filename, directory, uncompressedSize, encrypted } of entries) {
    const shown = quote(filename);
    if (directory || !isRunFile(filename)) refuse(`${shown} is no file of a run`);
    if (seen.has(filename.toLowerCase())) refuse(`${shown} is there twice`);
    if (encrypted) refuse(`${shown} is encrypted`);
    if (/\.json$/.test(filename) && uncompressedSize > MOST_JSON)
      refuse(`${shown} has ${mebibytes(uncompressedSize)}, more than ${mebibytes(MOST_JSON)}`);
    seen.add(filename.toLowerCase());
    sum += uncompressedSize;
  }
  if (sum > MOST_BYTES) refuse(`its files take ${mebibytes(sum)}, more than ${mebibytes(MOST_BYTES)}`);
  if (sum > 2 ** 20 + MOST_RATIO * size) refuse(`its files take ${mebibytes(sum)}, over ${MOST_RATIO} times its size`);
  if (!seen.has('recipe.json') && !seen.has('events.jsonl')) refuse('it has neither recipe.json nor events.jsonl');
}

/** Content of an entry in parts. @throws if it has other bytes than its header says */
async function* partsOfEntry(entry: Entry, where: string): AsyncGenerator<Uint8Array> {
  if (entry.directory) return;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const options = { checkCrc32: true, checkOverlappingEntry: true, strictness: 'strict' as const };
  let failure: unknown = null;
  const done = entry.getData(writable, options).catch(async (error: unknown) => {
    failure = error;
    await writable.abort(error).catch(() => {});
  });
  let bytes = 0;
  const reader = readable.getReader();
  try {
    for (;;) {
      const { value, done: ended } = await reader.read();
      if (ended) break;
      bytes += value.length;
      if (bytes > entry.uncompressedSize) throw new Error('it has more bytes than its header says');
      yield value;
    }
    await done;
    if (failure) throw failure;
    if (bytes !== entry.uncompressedSize) throw new Error('it has fewer bytes than its header says');
  } catch (error) {
    throw new Error(`${where}: ${entry.filename} is damaged: ${messageOf(failure ?? error)}; copy the zip again`);
  } finally {
    await reader.cancel().catch(() => {}); // a full disk ends the import in the middle of a file
    await done;
  }
}

/**
 * Imports a zip as a run.
 * @param runs the folder of all runs
 * @param name folder of the new run, which must not exist
 * @returns faults that the run had when it was exported
 * @throws naming the zip and its fault; nothing is left then
 */
export async function importRun(runs: Files, name: string, source: ZipSource): Promise<readonly Fault[]> {
  setUp();
  if (!/^[\w-][\w.-]{0,99}$/.test(name))
    throw new Error(`${quote(name)} is no name of a run; use letters, digits, - and _`);
  if ((await runs.list(name)).length > 0) throw new Error(`there is a run ${name} already; choose another name`);
  const temporary = `.import-${name}`;
  const entries = await readEntries(source);
  await runs.remove(temporary);
  try {
    const folder = filesWithin(runs, temporary);
    for (const entry of entries) {
      const parts = partsOfEntry(entry, source.name);
      await folder.write(entry.filename, parts);
    }
    const { faults } = await RunFolder.open(folder);
    await runs.renameFolder(temporary, joinPath(name));
    return faults;
  } catch (error) {
    await runs.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Entries of a zip, checked. @throws naming the zip and its fault */
async function readEntries(source: ZipSource): Promise<Entry[]> {
  const zip = new ZipReader(new SourceReader(source), { strictness: 'strict' });
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      entries.push(entry);
      if (entries.length > MOST_FILES) throw new Error(`more than ${MOST_FILES} files`);
    }
  } catch (error) {
    throw new Error(`${source.name} is no zip of a run, or damaged: ${messageOf(error)}; copy it again`);
  }
  checkEntries(entries, source);
  return entries;
}
