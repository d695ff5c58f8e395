/** Target of the fuzz test: the zip of a run, with headers that lie and content that fits its checksum. */
import { joinBytes } from '../bytes';
import type { Random } from '../random';

import { type MemoryFiles, memoryFiles } from '../runs/memoryFiles';
import { exportRun, importRun, isRunFile } from '../runs/zip';
import type { Mutation } from './mutate.fixture';
import { faultOfRun, mutatedFolder, writeRun } from './runFolder.fixture';
import { type Attempt, faultOfError, type Target } from './target.fixture';
import { type ZipEntry, type ZipFile, zipFile } from './zipFile.fixture';

const encode = (text: string) => new TextEncoder().encode(text);
const entriesOf = ({ contents }: MemoryFiles): ZipEntry[] =>
  [...contents].map(([name, content]) => ({ name, content, isStored: name.endsWith('.safetensors') }));

/** Names that leave the folder, or that a file system reads in another way. */
const NAMES = [
  ...['../recipe.json', '/recipe.json', 'a/../recipe.json', './recipe.json', 'checkpoints/../recipe.json', '..'],
  ...['..\\recipe.json', 'C:\\recipe.json', 'C:recipe.json', '\\\\host\\recipe.json', '//host/recipe.json'],
  ...['recipe.json/', 'RECIPE.JSON', 'recipe.json\0.txt', 'recipe.json ', 'recipe.json.', '\ufeffrecipe.json', ''],
  ...['checkpoints/grpo-4/../../../x', 'checkpoints/grpo-4/', 'checkpoints/grpo-4//state.json', '__proto__'],
  ...['checkpoints/grpo-99999999999/state.json', 'checkpoints/grpo-4/events.jsonl', 'run.lock', '\u202enosj.epicer'],
  ...['x'.repeat(60_000), '../'.repeat(20_000), `checkpoints/${'a'.repeat(40)}-1/state.json`],
];
/** Values of a field that lies. */
const ODD = [
  0n,
  1n,
  2n,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_fffen,
  0xffff_ffffn,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Zip with one field that has another value. */
function lyingField({ bytes, fields, offsets }: ZipFile, stream: Random): Mutation {
  const { name, at, bytes: size } = stream.pick(fields);
  const view = new DataView(bytes.buffer);
  const read = (i: number) => BigInt(view.getUint8(at + i)) << BigInt(8 * i);
  const before = Array.from({ length: size }, (_, i) => read(i)).reduce((sum, part) => sum + part, 0n);
  const near = [before + 1n, before - 1n, before * 2n, ...offsets.map(BigInt)];
  const value = stream.pick(stream.integer(0, 1) === 0 ? ODD : near);
  for (let i = 0; i < size; i++) view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 255n));
  return { bytes, what: `${name} at ${at} is ${value}, not ${before}` };
}

/** Zip whose list has many entries that share one file. */
function manyEntries(count: number): Uint8Array {
  const content = encode('{}');
  const others = Array.from({ length: count }, (_, i) => `checkpoints/grpo-${i}/state.json`);
  return zipFile([{ name: 'recipe.json', content }, ...others.map((name) => ({ name, content, at: 0 }))]).bytes;
}

/** A file within the bytes of another, so that both read the same bytes. */
function overlapping(entries: readonly ZipEntry[], stream: Random): Uint8Array {
  const name = 'events.jsonl';
  const [inner, ...others] = entries.filter((entry) => entry.name !== name);
  const content = joinBytes([zipFile([inner!]).bytes, new Uint8Array(stream.integer(0, 99))]);
  return zipFile([{ name, content, isStored: true }, { ...inner!, at: 30 + name.length }, ...others]).bytes;
}

/** Files of zeros. */
const BOMBS = [1, 2, 20].map((mebibytes) => new Uint8Array(mebibytes << 20));

interface Sample {
  readonly files: MemoryFiles;
  readonly entries: readonly ZipEntry[];
  /** Zip that the lab exported. */
  readonly exported: Uint8Array;
}
type Change = (sample: Sample, stream: Random) => Mutation;

/** Mutations that keep what they do not drop: an imported file has the content of one of the sample. */
const OUTSIDE: readonly Change[] = [
  function bytes({ exported, entries }, stream) {
    const good = stream.pick([exported, zipFile(entries).bytes, zipFile(entries, true).bytes]);
    const at = stream.integer(0, good.length - 1);
    const to = Math.min(good.length, at + stream.integer(1, 200));
    const [what, changed] = stream.pick([
      ['a bit', good.with(at, good[at]! ^ (1 << stream.integer(0, 7)))],
      ['a cut', good.slice(0, at)],
      ['a gap', joinBytes([good.subarray(0, at), good.subarray(to)])],
      ['a part twice', joinBytes([good.subarray(0, to), good.subarray(at)])],
      ['zeros', good.slice().fill(0, at, to)],
      ['bytes before', joinBytes([good.subarray(at), good])],
      ['bytes after', joinBytes([good, good.subarray(0, at)])],
    ] as const);
    return { bytes: changed, what: `${what} at ${at}` };
  },
  ({ entries }, stream) => lyingField(zipFile(entries, stream.integer(0, 1) === 0), stream),
  function names({ entries }, stream) {
    const i = stream.integer(0, entries.length - 1);
    const name = stream.pick([...NAMES, ...entries.map((entry) => entry.name)]);
    return { bytes: zipFile(entries.with(i, { ...entries[i]!, name })).bytes, what: `${entries[i]!.name} is ${name}` };
  },
];

const INSIDE: readonly Change[] = [
  function content({ files }, stream) {
    const { files: changed, what } = mutatedFolder(files, stream);
    return { bytes: zipFile(entriesOf(changed)).bytes, what };
  },
  ({ entries }, stream) => ({ bytes: overlapping(entries, stream), what: 'a file inside another' }),
  function bombs({ entries }, stream) {
    const content = stream.pick(BOMBS);
    const claimed = stream.pick([content.length, 0, 1000, 2 ** 20, 2 ** 32 - 2]);
    const others = entries.filter(({ name }) => name !== 'events.jsonl');
    const { bytes } = zipFile([...others, { name: 'events.jsonl', content, claimed }]);
    return { bytes, what: `${content.length} bytes that claim ${claimed}` };
  },
];
/** One of so many files has a long list, which is slow to write. */
const MANY_EVERY = 300;
const MANY = [2000, 2001, 20_000, 100_000].map((count): [number, () => Uint8Array] => {
  let zip: Uint8Array | null = null;
  return [
    count,
    () => {
      zip ??= manyEntries(count);
      return zip;
    },
  ];
});

/** Imports a zip. @param kept contents that an imported file may have; null for any */
async function faultOfZip(
  bytes: Uint8Array,
  kept: ReadonlySet<string> | null,
  isWhole: boolean,
): Promise<string | null> {
  const files = memoryFiles();
  const source = {
    ...{ name: 'run.zip', size: bytes.length },
    read: async (start: number, end: number) => bytes.slice(start, end),
  };
  try {
    await importRun(files, 'run', source);
  } catch (error) {
    if (isWhole) return `was refused: ${error}`;
    if (files.contents.size > 0) return `was refused, and left ${[...files.contents.keys()].join(', ')}`;
    return (
      faultOfError(error) ?? (/^run\.zip\b/.test((error as Error).message) ? null : `does not name the zip: ${error}`)
    );
  }
  for (const [path, content] of files.contents) {
    if (!path.startsWith('run/') || !isRunFile(path.slice(4))) return `wrote ${path}`;
    if (kept && !kept.has(Buffer.from(content).toString('latin1'))) return `wrote another content of ${path}`;
  }
  const imported = memoryFiles();
  for (const [path, content] of files.contents) imported.contents.set(path.slice(4), content);
  return faultOfRun(imported, isWhole);
}

export async function zipTarget(): Promise<Target> {
  const files = memoryFiles();
  await writeRun(files);
  const exported = await new Response(exportRun(files) as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  const sample = { files, entries: entriesOf(files), exported: new Uint8Array(exported) };
  const contents = new Set([...files.contents.values()].map((content) => Buffer.from(content).toString('latin1')));
  return {
    name: 'the zip of a run',
    share: 0.3,
    attempt(stream): Attempt {
      const isMany = stream?.integer(1, MANY_EVERY) === 1;
      const [count, make] = stream && isMany ? stream.pick(MANY) : [0, () => sample.exported];
      const change = stream && !isMany ? stream.pick([...OUTSIDE, ...INSIDE]) : null;
      const { bytes, what } = change
        ? change(sample, stream!)
        : { bytes: make(), what: count > 0 ? `${count} files` : 'nothing' };
      const kept = change && OUTSIDE.includes(change) ? contents : null;
      return { what, size: bytes.length, run: () => faultOfZip(bytes, kept, stream === null) };
    },
  };
}
