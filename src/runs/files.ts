/**
 * Files of runs: one small interface over a folder in Node (nodeFiles.ts), the browser's private file system
 * (privateFiles.ts) and memory (memoryFiles.ts). Paths are relative, with `/` between parts.
 */

import { mebibytes } from '../units';
import { joinPath } from './paths';

export type Bytes = Uint8Array<ArrayBuffer>;
/** Content to write: bytes, or parts of a large file in order. */
export type Content = Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Size of a file; 0 for a folder. */
  readonly bytes: number;
}

export interface Files {
  /** Name of the place, for messages. */
  readonly where: string;
  /** Reads a file; null if there is none. */
  read(path: string): Promise<Bytes | null>;
  /** Reads bytes `start` up to `end`, fewer at the end of the file; null if there is none. */
  readRange(path: string, start: number, end: number): Promise<Bytes | null>;
  /** Size of a file, bytes; null if there is none. */
  size(path: string): Promise<number | null>;
  /**
   * Writes a file whole or not at all: under another name, flushed, then renamed. Missing folders are made.
   * @throws StorageFullError; the file does not change then
   */
  write(path: string, content: Content): Promise<void>;
  /**
   * Writes at byte `at`, cuts off all that follows, and flushes. The same call repeats a failed one.
   * @throws StorageFullError; bytes after `at` are undefined then
   */
  append(path: string, at: number, bytes: Uint8Array): Promise<void>;
  /** Files and folders in a folder, by name; none if there is no such folder. */
  list(folder: string): Promise<Entry[]>;
  /** Removes a file, or a folder with its content. A missing one is fine. */
  remove(path: string): Promise<void>;
  /**
   * Renames a folder; the new name must be free. Private files move one by one, `manifest.json` last, so a folder without
   * it is not complete.
   */
  renameFolder(from: string, to: string): Promise<void>;
}

/** Error of a full disk or a spent quota. What was written before stays intact. */
export class StorageFullError extends Error {
  constructor(
    readonly file: string,
    /** Bytes that the write needs; 0 if unknown. */
    readonly bytes: number,
    cause?: unknown,
  ) {
    const need = bytes > 0 ? `at least ${mebibytes(Math.max(bytes, 2 ** 20))}` : 'some space';
    super(`${file}: the storage is full; free ${need}, then continue`, { cause });
  }
}

/** Fault of a file, found while reading. */
export interface Fault {
  readonly file: string;
  readonly what: string;
}

/** Fault as a sentence that names its file. */
export const faultText = ({ file, what }: Fault): string =>
  /^(is|has) /.test(what) ? `${file} ${what}` : `${file}: ${what}`;

/** Message of any error. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Parts of a content, in order. */
export async function* partsOf(content: Content): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else if (content instanceof ReadableStream) {
    // Safari's streams are no async iterables
    const reader = content.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } else yield* content;
}

/** Size of a content in bytes; 0 if unknown. */
export const sizeOf = (content: Content): number => (content instanceof Uint8Array ? content.length : 0);

/** The files in a folder of other files. */
export function filesWithin(files: Files, folder: string): Files {
  const at = (path: string) => joinPath(folder, path);
  return {
    where: joinPath(files.where, folder),
    read: (path) => files.read(at(path)),
    readRange: (path, start, end) => files.readRange(at(path), start, end),
    size: (path) => files.size(at(path)),
    write: (path, content) => files.write(at(path), content),
    append: (path, offset, bytes) => files.append(at(path), offset, bytes),
    list: (path) => files.list(at(path)),
    remove: (path) => files.remove(at(path)),
    renameFolder: (from, to) => files.renameFolder(at(from), at(to)),
  };
}

/** Files in a folder and in the folders inside it, with their paths. */
export async function* allFiles(files: Files, folder = ''): AsyncGenerator<{ path: string; bytes: number }> {
  for (const { name, isFolder, bytes } of await files.list(folder)) {
    const path = joinPath(folder, name);
    if (isFolder) yield* allFiles(files, path);
    else yield { path, bytes };
  }
}

/** Bytes of all files in a folder. */
export async function bytesIn(files: Files, folder = ''): Promise<number> {
  let sum = 0;
  for await (const { bytes } of allFiles(files, folder)) sum += bytes;
  return sum;
}
