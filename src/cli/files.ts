/** Files that commands write: tested before the computation, then written beside the target and renamed, so that no file is half written. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { errorCode, fileFault, shownPath } from './fileFault';
import { InputError } from './input';

export const PARTIAL = '.partial';
/** Bytes of the write test: a full disk may still take an empty file. */
const TEST_BYTES = 4096;

const stat = (file: string): Stats | undefined => statSync(file, { throwIfNoEntry: false });

/**
 * Makes a folder and its missing parents, one by one: mkdirSync with `recursive` never returns under /proc.
 * @throws InputError naming the option, the folder and the cause; no folder is left behind then
 */
export function makeFolder(folder: string): void {
  if (folder === '') throw new InputError('--out is empty; give a folder');
  const missing: string[] = [];
  const made: string[] = [];
  try {
    for (let part = folder; !stat(part)?.isDirectory(); part = path.dirname(part)) {
      if (stat(part)) throw Object.assign(new Error(), { code: 'ENOTDIR' });
      missing.push(part);
      if (path.dirname(part) === part) break;
    }
    for (const part of missing.reverse()) {
      try {
        mkdirSync(part);
        made.push(part);
      } catch (error) {
        // another process may have made it meanwhile
        if (errorCode(error) !== 'EEXIST' || !stat(part)?.isDirectory()) throw error;
      }
    }
  } catch (error) {
    for (const part of made.reverse()) rmdirSync(part);
    throw new InputError(
      `--out: the folder ${shownPath(folder)} cannot be made: ${fileFault(error)}; choose another place`,
    );
  }
}

/** Inputs of a command, which --out must not replace. */
export interface Sources {
  readonly files?: readonly (string | undefined)[];
  /** Folders of models and runs. */
  readonly folders?: readonly string[];
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [stat(a), stat(b)];
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

/** @throws InputError if the output is one of the inputs or lies in one of the input folders */
function checkApart(file: string, { files = [], folders = [] }: Sources): void {
  if (files.some((source) => source !== undefined && isSame(source, file)))
    throw new InputError(`--out: ${shownPath(file)} is a file that the command reads; choose another file`);
  const folder = folders.find((folder) => isSame(folder, path.dirname(resolved(file))));
  if (folder !== undefined)
    throw new InputError(
      `--out: ${shownPath(file)} lies in ${shownPath(folder)}, a folder that the command reads; choose another place`,
    );
}

/** Largest number of symbolic links that a system follows. */
const MOST_LINKS = 40;

/** Follows symbolic links to the file that takes the bytes, so that the link stays. The file may not exist yet. */
export function resolved(file: string, links = 0): string {
  if (existsSync(file)) return realpathSync(file);
  if (!lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file;
  if (links === MOST_LINKS) throw Object.assign(new Error(), { code: 'ELOOP' });
  return resolved(path.resolve(realpathSync(path.dirname(file)), readlinkSync(file)), links + 1);
}

/** Writes and flushes a file in place. */
function writeWhole(file: string, content: string | Uint8Array): void {
  const descriptor = openSync(file, 'w');
  try {
    writeFileSync(descriptor, content);
    if (statSync(file).isFile()) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes all files beside their targets, flushes them, then renames them in this order. If one cannot be written, no target
 * changes and no partial file remains.
 */
export function writeFiles(files: readonly (readonly [file: string, content: string | Uint8Array])[]): void {
  const renames: [from: string, to: string][] = [];
  try {
    for (const [file, content] of files) {
      const target = resolved(file);
      const found = stat(target);
      // a device or a pipe cannot be replaced
      if (found && !found.isFile() && !found.isDirectory()) writeWhole(target, content);
      else {
        renames.push([`${target}${PARTIAL}`, target]);
        writeWhole(`${target}${PARTIAL}`, content);
      }
    }
    for (const [from, to] of renames) renameSync(from, to);
  } catch (error) {
    for (const [from] of renames) if (stat(from)?.isFile()) rmSync(from);
    throw error;
  }
}

export const writeFile = (file: string, content: string | Uint8Array): void => writeFiles([[file, content]]);

/**
 * Tests that a file can be written, by writing beside it. The file itself does not change.
 * @throws InputError naming the option, the file and the cause
 */
export function checkWritable(file: string, sources: Sources = {}): void {
  if (file === '') throw new InputError('--out is empty; give a file');
  try {
    checkApart(file, sources);
    const target = resolved(file);
    const found = stat(target);
    if (found?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (found && !found.isFile()) {
      accessSync(target, constants.W_OK);
      // only a write shows if a device takes bytes; JSON may begin with an empty line
      if (found.isCharacterDevice()) writeWhole(target, '\n');
      return;
    }
    if (found) closeSync(openSync(target, 'r+'));
    const beside = `${target}${PARTIAL}`;
    try {
      writeWhole(beside, new Uint8Array(TEST_BYTES));
    } finally {
      if (stat(beside)?.isFile()) rmSync(beside, { force: true });
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--out: ${shownPath(file)} cannot be written: ${fileFault(error)}; choose another place`);
  }
}
