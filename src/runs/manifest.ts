/** `manifest.json`: size and SHA-256 of each file of a folder, sealed. A folder without it is not complete. */
import { z } from 'zod';
import { parseJson } from '../json';
import { mebibytes } from '../units';
import { parseAs } from '../validation';
import { type Bytes, type Fault, type Files, messageOf } from './files';
import { joinPath, MANIFEST } from './paths';
import { seal, sha256, unseal } from './seal';

export const fileSum = z.strictObject({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
export type FileSum = z.infer<typeof fileSum>;

export const sumOf = async (bytes: Uint8Array): Promise<FileSum> => ({
  bytes: bytes.length,
  sha256: await sha256(bytes),
});

export const writeManifest = (files: Files, folder: string, manifest: unknown): Promise<void> =>
  files.write(joinPath(folder, MANIFEST), new TextEncoder().encode(`${seal('manifest', JSON.stringify(manifest))}\n`));

/** Largest manifest, bytes: it lists a dozen files. */
const MOST_BYTES = 2 ** 20;

/** Reads a manifest. @throws naming the file if it is missing or damaged */
export async function readManifest<T>(files: Files, folder: string, schema: z.ZodType<T>): Promise<T> {
  const where = joinPath(folder, MANIFEST);
  const size = await files.size(where);
  if (size !== null && size > MOST_BYTES) throw new Error(`${where} is damaged: it has ${mebibytes(size)}`);
  const bytes = await files.read(where);
  if (!bytes) throw new Error(`${where} is missing; the folder is not complete`);
  const read = bytes.at(-1) === 10 ? unseal(bytes.subarray(0, -1), 'manifest') : null;
  if (read?.head !== '') throw new Error(`${where} is damaged: its checksum differs`);
  return parseAs(schema, parseJson(read.text, where), where);
}

/** Reads a file and compares it with the sums that it may have. @throws naming the file and its fault */
export async function readChecked(files: Files, path: string, sums: readonly FileSum[]): Promise<Bytes> {
  const size = await files.size(path);
  if (size === null) throw new Error(`${path} is missing`);
  const sized = sums.filter(({ bytes }) => bytes === size);
  if (sized.length === 0)
    throw new Error(`${path} has ${size} bytes, where ${sums.at(-1)?.bytes ?? 0} belong: it is damaged`);
  const bytes = await files.read(path);
  if (!bytes) throw new Error(`${path} is missing`);
  const digest = await sha256(bytes);
  if (!sized.some((sum) => sum.sha256 === digest)) throw new Error(`${path} is damaged: its SHA-256 differs`);
  return bytes;
}

/** Fault from an error whose message starts with the file. */
export function faultFrom(error: unknown, file: string): Fault {
  const message = messageOf(error);
  const what = message.startsWith(file) ? message.slice(file.length).replace(/^:? /, '') : message;
  return { file, what };
}
