/** Writer of zip files whose fields can be changed: it refuses nothing. */
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../runs/crc32';

export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isStored?: boolean;
  /** Byte of its local header, where another entry has written it; else the header is written. */
  readonly at?: number;
  /** Size that both headers claim. */
  readonly claimed?: number;
}

/** A number in a zip file. */
export interface Field {
  readonly name: string;
  readonly at: number;
  readonly bytes: number;
}

export interface ZipFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fields: readonly Field[];
  /** First bytes of the local headers. */
  readonly offsets: readonly number[];
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

/** Size in bytes and value of each field, by name. */
type Fields = Readonly<Record<string, readonly [bytes: number, value: number]>>;

/** Fields beyond these are written, but not listed. */
const MOST_FIELDS = 1000;

/** Writes the numbers of a record one after the other. */
class Parts {
  private bytes = new Uint8Array(1 << 16);
  readonly fields: Field[] = [];
  length = 0;

  /** Makes room. @returns the byte at which it begins */
  private grow(more: number): number {
    const at = this.length;
    this.length += more;
    if (this.length <= this.bytes.length) return at;
    const larger = new Uint8Array(2 * this.length);
    larger.set(this.bytes.subarray(0, at));
    this.bytes = larger;
    return at;
  }
  put(bytes: Uint8Array): void {
    const at = this.grow(bytes.length);
    this.bytes.set(bytes, at);
  }
  record(fields: Fields): void {
    for (const [name, [bytes, value]] of Object.entries(fields)) {
      const at = this.grow(bytes);
      if (this.fields.length < MOST_FIELDS) this.fields.push({ name, at, bytes });
      for (let i = 0; i < bytes; i++) this.bytes[at + i] = Math.floor(value / 256 ** i);
    }
  }
  whole(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

interface Stored {
  readonly crc: number;
  readonly deflated: Uint8Array;
}
const stored = new WeakMap<Uint8Array, Stored>();
/** Checksum and deflated bytes of a content, computed once. */
function storedOf(content: Uint8Array): Stored {
  const known = stored.get(content) ?? { crc: crc32(content), deflated: deflateRawSync(content) };
  stored.set(content, known);
  return known;
}

/** Fields that the headers at both places have. */
function common({ content, isStored, claimed }: ZipEntry, name: Uint8Array): Fields {
  const { crc, deflated } = storedOf(content);
  const compressed = isStored ? content.length : deflated.length;
  return {
    ...{ version: [2, 20], flags: [2, 0x800], method: [2, isStored ? 0 : 8], time: [2, 0], date: [2, 0x21] },
    ...{ crc: [4, crc], 'compressed size': [4, compressed], size: [4, claimed ?? content.length] },
    ...{ 'length of the name': [2, name.length], 'length of extra data': [2, 0] },
  };
}

/** @param is64 adds the records of zip64 */
export function zipFile(entries: readonly ZipEntry[], is64 = false): ZipFile {
  const parts = new Parts();
  const central = entries.map((entry) => {
    const name = new TextEncoder().encode(entry.name);
    const at = entry.at ?? parts.length;
    const fields = common(entry, name);
    if (entry.at === undefined) {
      parts.record({ signature: [4, LOCAL], ...fields });
      parts.put(name);
      parts.put(entry.isStored ? entry.content : storedOf(entry.content).deflated);
    }
    return { name, fields, at };
  });
  const start = parts.length;
  for (const { name, fields, at } of central) {
    parts.record({ signature: [4, CENTRAL], maker: [2, 20], ...fields, 'length of the comment': [2, 0], disk: [2, 0] });
    parts.record({ 'internal attributes': [2, 0], 'external attributes': [4, 0], offset: [4, at] });
    parts.put(name);
  }
  const [size, count, end] = [parts.length - start, entries.length, parts.length];
  if (is64 || count > 0xffff) {
    parts.record({ signature: [4, END_64], 'size of the record': [8, 44], maker: [2, 45], version: [2, 45] });
    parts.record({ disk: [4, 0], 'first disk': [4, 0], 'files here': [8, count], files: [8, count] });
    parts.record({ 'size of the list': [8, size], 'start of the list': [8, start] });
    parts.record({ signature: [4, LOCATOR_64], disk: [4, 0], 'start of the record': [8, end], disks: [4, 1] });
  }
  const small = Math.min(count, 0xffff);
  parts.record({
    signature: [4, END],
    disk: [2, 0],
    'first disk': [2, 0],
    'files here': [2, small],
    files: [2, small],
  });
  parts.record({ 'size of the list': [4, size], 'start of the list': [4, start], 'length of the comment': [2, 0] });
  return { bytes: parts.whole(), fields: parts.fields, offsets: central.map(({ at }) => at) };
}
