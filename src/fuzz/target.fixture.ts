/** Target of the fuzz test: an importer, the mutated files of its seeds, and the limits that every attempt keeps. */
import { type Random, random } from '../random';

/** One file for an importer. */
export interface Attempt {
  /** Mutation of the sample. */
  readonly what: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Imports the file. @returns what the importer did wrong; null if it read the file or refused it clearly */
  run(): Promise<string | null>;
}

export interface Target {
  readonly name: string;
  /** @param stream null for the sample itself */
  attempt(stream: Random | null): Attempt;
  /** Files of the normal test run, as a share of those of other targets: fewer for a slow one. */
  readonly share?: number;
}

const MOST_MS = 1000;
/** Bytes that an import may allocate beyond twice the file. */
const MOST_BYTES = 64 * 2 ** 20;
const MAX_MESSAGE_BYTES = 2048;
/** Characters of a fault in the report. */
const MAX_FAULT = 600;

/** Fault of a message; null without one. */
export function faultOfMessage(message: string): string | null {
  if (new TextEncoder().encode(message).length > MAX_MESSAGE_BYTES)
    return `the message has ${message.length} characters`;
  if (message.trim() === '') return 'the message is empty';
  const raw =
    /call stack|is not a function|is not iterable|cannot (read|destructure|convert)|of undefined|in JSON at|is not valid JSON|\[object |Invalid (input|option|array|string|character)|not correctly encoded|received (NaN|undefined)|offset is out|Cannot mix/i;
  return raw.test(message) ? `the message speaks of the program's internals: ${message}` : null;
}

/** Fault of an error; null for a clear refusal. */
export function faultOfError(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof DOMException) return `threw ${String(error)}`;
  if ([TypeError, RangeError, SyntaxError, ReferenceError].some((of) => error instanceof of))
    return `crashed: ${error.stack}`;
  return faultOfMessage(error.message);
}

/** Bytes in use: of objects, and of arrays outside the heap, which count before they are touched. */
function bytesInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
const peakBytes = (): number => 1024 * process.resourceUsage().maxRSS;

interface Measured {
  readonly fault: string | null;
  readonly ms: number;
  /** Bytes in use after the import that were not before. */
  readonly used: number;
  /** Growth of the highest memory of the process so far, bytes. */
  readonly peak: number;
}

async function measure(run: Attempt['run']): Promise<Measured> {
  const [used, peak, start, cpu] = [bytesInUse(), peakBytes(), performance.now(), process.cpuUsage()];
  const fault = await run();
  // other processes lengthen the one, threads that collect garbage the other
  const { user, system } = process.cpuUsage(cpu);
  const ms = Math.min(performance.now() - start, (user + system) / 1000);
  return { fault, ms, used: bytesInUse() - used, peak: peakBytes() - peak };
}

/** Runs an attempt. @returns its fault, with time and memory over the limits; null without one */
async function measured({ size, run }: Attempt): Promise<string | null> {
  const { fault, ms, used, peak } = await measure(run);
  if (fault !== null) return fault;
  if (ms > MOST_MS && (await measure(run)).ms > MOST_MS) return `took ${ms.toFixed(0)} ms`;
  const most = 2 * size + MOST_BYTES;
  // garbage of earlier attempts counts too, so a first measurement over the limit is repeated
  const isOver = peak > 2 * most || (used > most && (await measure(run)).used > most);
  return isOver ? `allocated ${Math.max(used, peak)} bytes for a file of ${size}` : null;
}

/** Tries the mutated file of a seed. @returns the mutation and the fault; null without a fault */
export async function faultOfSeed(target: Target, seed: number): Promise<string | null> {
  const attempt = target.attempt(random(seed, 'fuzz', target.name));
  const fault = await measured(attempt);
  return fault && `${attempt.what}: ${fault.slice(0, MAX_FAULT)}`;
}
