/** Target of the fuzz test: the folder of a run, with sums and checksums that fit the mutation. */
import { createHash } from 'node:crypto';
import { parseCheckpoint } from '../lab/run/checkpoint';
import { SMALL } from '../lab/run/smallRun.fixture';
import type { Random } from '../random';
import { newestGood, verifyCheckpoint } from '../runs/checkpoints';
import { type Bytes, type Fault, faultText } from '../runs/files';
import { EVENTS as JOURNAL, lastEvent, markOf } from '../runs/journal';
import { runInfo } from '../runs/list';
import { type MemoryFiles, memoryFiles } from '../runs/memoryFiles';
import { numbersFromText, numbersToText } from '../runs/numbers';
import { RunFolder } from '../runs/runFolder';
import { seal } from '../runs/seal';
import { checkpointAt, EVENTS, META, SUMMARY } from '../runs/smallRun.fixture';
import { mutatedFile, mutatedJson, mutatedText } from './mutate.fixture';
import { type Attempt, faultOfError, faultOfMessage, type Target } from './target.fixture';
import { mutatedParts, partsOf } from './weights.fixture';

const STATE = {
  ...{ lab: '0.1.0', adapter: 'none', seconds: 2.5, memory: { estimated_bytes: 1, peak_bytes: 2 } },
  ...{ kernels: { matmul: 'tiled' }, evaluations: [], grpo: null, fork: null },
  sft: {
    ...{ steps: 1, final_loss: 0.5, num_tokens: 9, traces: [1, 2, 3, 4] },
    problems: { kind: 'fresh', stream: [1, 2, 3, 4] },
  },
};

/** Writes a run with two checkpoints that the lab continues. */
export async function writeRun(files: MemoryFiles): Promise<void> {
  const run = await RunFolder.create(files, SMALL, META);
  for (const [value, mark] of EVENTS) run.journal.append(numbersToText(value), mark);
  for (const [stage, step] of [['sft', 1] as const, ['grpo', 4] as const]) {
    const checkpoint = { ...checkpointAt(stage, step), recipe: SMALL, state: STATE };
    await run.save(checkpoint, { isStageEnd: true, accuracy: 0.5 });
  }
  await run.finish(SUMMARY);
}

type Contents = Map<string, Bytes>;
/** Mutation of a folder. @returns its description */
type Change = (contents: Contents, stream: Random) => string;

const encode = (text: string): Bytes => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const sumOf = (bytes: Uint8Array) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
const manifestText = (contents: Contents, path: string): string =>
  JSON.stringify((JSON.parse(textOf(contents.get(path)!)) as { manifest: unknown }).manifest);
const putManifest = (contents: Contents, path: string, text: string) =>
  contents.set(path, encode(`${seal('manifest', text)}\n`));

/** Replaces a file and its sum in the manifest of its folder. */
function put(contents: Contents, path: string, bytes: Uint8Array): void {
  const [, folder = '', name = ''] = /^(.*\/)?([^/]+)$/.exec(path)!;
  contents.set(path, bytes as Bytes);
  const manifest = JSON.parse(manifestText(contents, `${folder}manifest.json`)) as { files: Record<string, unknown> };
  manifest.files[name] = folder === '' ? [sumOf(bytes)] : sumOf(bytes);
  putManifest(contents, `${folder}manifest.json`, JSON.stringify(manifest));
}

const pathsTo = (contents: Contents, ending: RegExp) => [...contents.keys()].filter((path) => ending.test(path));

/** Heads of sealed lines that no journal has. */
const HEADS = [
  '',
  '"n":0,',
  '"n":999999999999999,',
  '"at":"grpo-1",',
  '"n":1,"at":"__proto__",',
  '"n":1e9,',
  '"n":-1,',
];

/** A journal line whose checksum fits. */
function changedLine(line: string, n: number, stream: Random): { readonly line: string; readonly what: string } {
  const event = JSON.stringify((JSON.parse(line) as { event: unknown }).event);
  const head = `"n":${n},"at":"${markOf('grpo', n)}",`;
  const kind = stream.integer(0, 5);
  if (kind === 0) {
    const other = stream.pick(HEADS);
    return { line: seal('event', event, other), what: `the head ${other}` };
  }
  if (kind === 1) {
    const { bytes, what } = mutatedText(event, stream);
    return { line: seal('event', textOf(bytes), head), what };
  }
  const { text, what } = mutatedJson(event, stream);
  return { line: seal('event', text, head), what };
}

const CHANGES: readonly Change[] = [
  function json(contents, stream) {
    const path = stream.pick(['recipe.json', 'meta.json', 'summary.json']);
    const { bytes, what } = mutatedFile(textOf(contents.get(path)!), stream);
    put(contents, path, bytes);
    return `${path}: ${what}`;
  },
  function manifest(contents, stream) {
    const path = stream.pick(pathsTo(contents, /manifest\.json$/));
    const { text, what } = mutatedJson(manifestText(contents, path), stream);
    putManifest(contents, path, text);
    return `${path}: ${what}`;
  },
  function state(contents, stream) {
    const path = stream.pick(pathsTo(contents, /state\.json$/));
    const { bytes, what } = mutatedFile(textOf(contents.get(path)!), stream);
    put(contents, path, bytes);
    return `${path}: ${what}`;
  },
  function tensors(contents, stream) {
    const path = stream.pick(pathsTo(contents, /\.safetensors$/));
    const { bytes, what } = mutatedParts(partsOf(contents.get(path)!), stream);
    put(contents, path, bytes);
    return `${path}: ${what}`;
  },
  function event(contents, stream) {
    const lines = textOf(contents.get(JOURNAL)!).trimEnd().split('\n');
    const n = stream.integer(0, lines.length - 1);
    const { line, what } = changedLine(lines[n]!, n, stream);
    contents.set(JOURNAL, encode(`${lines.with(n, line).join('\n')}\n`));
    return `${JOURNAL}: line ${n + 1}: ${what}`;
  },
  function bareEvents(contents, stream) {
    const lines = textOf(contents.get(JOURNAL)!).trimEnd().split('\n');
    const events = lines.map((line) => JSON.stringify((JSON.parse(line) as { event: unknown }).event));
    const n = stream.integer(0, lines.length - 1);
    const { text, what } = mutatedJson(events[n]!, stream);
    contents.set(JOURNAL, encode(events.with(n, text).join('\n')));
    return `${JOURNAL} of an earlier version: line ${n + 1}: ${what}`;
  },
  function bytes(contents, stream) {
    const path = stream.pick([...contents.keys()]);
    const { bytes: changed, what } = mutatedText(textOf(contents.get(path)!), stream);
    contents.set(path, changed as Bytes);
    return `${path}: ${what}`;
  },
  function name(contents, stream) {
    const path = stream.pick([...contents.keys()]);
    const folder = path.replace(/[^/]+$/, '');
    const other = stream.pick([
      ...['checkpoints', 'run.lock', 'events.jsonl/x', 'recipe.json/x', 'checkpoints/grpo-4.7/manifest.json'],
      ...['checkpoints/grpo-999999999/manifest.json', 'checkpoints/.tmp-grpo-4/manifest.json', 'events.jsonl.partial'],
      ...[`${folder}${'x'.repeat(300)}`, `${folder}__proto__`, `${path}/manifest.json`],
    ]);
    contents.set(other, contents.get(path)!);
    if (stream.integer(0, 1) === 0) contents.delete(path);
    return `${path} is ${other}`;
  },
];

/** Copy of a folder with one mutation. */
export function mutatedFolder(
  good: MemoryFiles,
  stream: Random,
): { readonly files: MemoryFiles; readonly what: string } {
  const files = good.survivors();
  return { what: stream.pick(CHANGES)(files.contents, stream), files };
}

/** A failure where only a fault belongs. */
class Unexpected extends Error {}
async function expected<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Unexpected(`${name} threw ${error instanceof Error ? error.stack : error}`);
  }
}

/**
 * Opens a run, reads all of it, and rewinds it.
 * @param isWhole true for a run without damage
 * @returns what went wrong; null if all faults are named clearly
 */
export async function faultOfRun(files: MemoryFiles, isWhole = false): Promise<string | null> {
  const faults: (Fault | null)[] = [];
  const errors: unknown[] = [];
  const refused = (error: unknown) => void errors.push(error);
  try {
    const run = await expected('open', RunFolder.open(files));
    const { fault } = await expected('list', runInfo(files, 'run', null));
    faults.push(...run.faults, fault, (await expected('last', lastEvent(files))).fault);
    for await (const { text, where } of run.journal.read())
      try {
        numbersFromText(text, where);
      } catch (error) {
        refused(error);
      }
    for (const info of await expected('checkpoints', run.checkpoints()))
      await verifyCheckpoint(files, info).catch(refused);
    const { info, checkpoint, faults: damaged } = await expected('newest', newestGood(files));
    faults.push(...damaged);
    try {
      if (checkpoint) parseCheckpoint(checkpoint, info!.name);
    } catch (error) {
      refused(error);
    }
    await run.rewind(info).catch(refused);
  } catch (error) {
    return error instanceof Unexpected ? error.message : faultOfError(error);
  }
  const found = [...faults.flatMap((fault) => (fault ? faultText(fault) : [])), ...errors.map(String)];
  if (isWhole && found.length > 0) return found.join('; ');
  const messages = faults.flatMap((fault) => (fault ? faultOfMessage(faultText(fault)) : null) ?? []);
  return messages[0] ?? errors.map(faultOfError).find((fault) => fault !== null) ?? null;
}

const sizeOf = ({ contents }: MemoryFiles): number =>
  [...contents.values()].reduce((sum, { length }) => sum + length, 0);

export async function runFolderTarget(): Promise<Target> {
  const good = memoryFiles();
  await writeRun(good);
  return {
    name: 'the folder of a run',
    attempt(stream): Attempt {
      const { files, what } = stream ? mutatedFolder(good, stream) : { files: good, what: 'nothing' };
      return { what, size: sizeOf(files), run: () => faultOfRun(files.survivors(), stream === null) };
    },
  };
}
