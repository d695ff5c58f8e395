/**
 * `events.jsonl`: the events of a run, append-only, one sealed line each: `{"n":12,"at":"grpo-3","crc":"…","event":{…}}`.
 * `n` counts from 0. `at` marks an event that readers look up, such as a GRPO step. Earlier versions wrote bare events, which
 * still open, without checksums.
 */
import { mebibytes } from '../units';
import type { Fault, Files } from './files';
import { type Line, LONGEST_LINE, lastLine, linesOfFile } from './lines';
import { PARTIAL } from './paths';
import { seal, unseal } from './seal';

export const EVENTS = 'events.jsonl';

/** Position in a journal. */
export interface Position {
  readonly events: number;
  readonly bytes: number;
}

interface ReadLine {
  /** Null in a journal of an earlier version. */
  readonly n: number | null;
  readonly at: string | null;
  /** JSON of the event. */
  readonly text: string;
}

/** An event as it lies in the journal. */
export interface StoredEvent {
  readonly n: number;
  /** JSON of the event. */
  readonly text: string;
  /** Line in the file, for messages. */
  readonly where: string;
}

const lineName = (file: string, n: number): string => `${file}: line ${n + 1}`;

/** Mark of an event of a stage and step. */
export const markOf = (stage: string, step: number): string => `${stage}-${step}`;

/** Mark of an event of an earlier version, from its fields. */
function markOfBare(event: unknown): string | null {
  const { type, step, stage } = (event ?? {}) as { type?: unknown; step?: unknown; stage?: unknown };
  if (type === 'apply' && Number.isSafeInteger(step)) return markOf(`apply-${stage}`, step as number);
  return (type === 'grpo' || type === 'sft') && Number.isSafeInteger(step) ? markOf(type, step as number) : null;
}

function readSealed(bytes: Uint8Array): ReadLine | null {
  const line = unseal(bytes, 'event');
  if (!line) return null;
  const n = /"n":(\d+)/.exec(line.head)?.[1];
  return { n: n === undefined ? null : Number(n), at: /"at":"([^"]+)"/.exec(line.head)?.[1] ?? null, text: line.text };
}

/** Reads a line of an earlier version. */
function readBare(bytes: Uint8Array): ReadLine | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
    const event: unknown = JSON.parse(text);
    const { type } = (event ?? {}) as { type?: unknown };
    return typeof type === 'string' ? { n: null, at: markOfBare(event), text } : null;
  } catch {
    return null;
  }
}

const isEmpty = ({ bytes }: Line): boolean => bytes.every((byte) => byte === 13 || byte === 32);

/** Fault of a line; null for a good one. */
function faultOf(line: Line, read: ReadLine | null, n: number, isSealed: boolean): string | null {
  if (!line.isWhole && (isSealed || !read)) return `line ${n + 1} is cut off`;
  if (!read) return `line ${n + 1} is damaged: ${isSealed ? 'its checksum differs' : 'it is not the JSON of an event'}`;
  if (isSealed && read.n !== n) return `line ${n + 1} has number ${read.n}, where ${n} belongs: lines are missing`;
  return null;
}

export class Journal {
  /** First byte of each event, and of the one to come. */
  private readonly starts: number[] = [0];
  private readonly marks = new Map<string, number>();
  private pending: string[] = [];
  /** The last flush: one writes at a time. */
  private flushing: Promise<void> = Promise.resolve();
  /** Events that lie in the file. */
  private stored = 0;
  private constructor(
    private readonly files: Files,
    readonly file: string,
    /** False for a journal of an earlier version, which takes no more events. */
    readonly isSealed: boolean,
  ) {}

  /** Fault found while opening; the events before it are good. */
  fault: Fault | null = null;

  /** Events, those that wait for `flush` included. */
  get events(): number {
    return this.starts.length - 1;
  }

  get position(): Position {
    return { events: this.events, bytes: this.starts.at(-1)! };
  }

  /** Opens a journal and checks each line. A missing file is an empty journal. Nothing is written. */
  static async open(files: Files): Promise<Journal> {
    const isUnfinished = (await files.size(EVENTS)) === null && (await files.size(EVENTS + PARTIAL)) !== null;
    const name = isUnfinished ? EVENTS + PARTIAL : EVENTS;
    const { value: first } = await linesOfFile(files, name).next();
    const isSealed = !first || readSealed(first.bytes) !== null || !readBare(first.bytes);
    const journal = new Journal(files, first ? name : EVENTS, isSealed);
    await journal.readOn();
    return journal;
  }

  /** Reads the lines after those that are known, up to the first fault. */
  private async readOn(): Promise<void> {
    const { files, file, isSealed } = this;
    this.fault = null;
    for await (const line of linesOfFile(files, file, this.starts.at(-1))) {
      if (!isSealed && line.isWhole && isEmpty(line)) continue;
      const read = isSealed ? readSealed(line.bytes) : readBare(line.bytes);
      const what = faultOf(line, read, this.events, isSealed);
      if (what !== null) {
        this.fault = { file, what };
        break;
      }
      if (!isSealed) this.starts[this.events] = line.start; // after empty lines
      if (read!.at !== null) this.marks.set(read!.at, this.events);
      this.starts.push(line.end);
    }
    this.stored = this.events;
  }

  /**
   * Reads events that another writer has added since. A last line that is being written comes with a later call.
   * @returns false if the file is not the one that was read: it was cut off, and goes on otherwise
   */
  async grow(): Promise<boolean> {
    if (!(await this.isWhole())) return false;
    await this.readOn();
    return this.fault === null || this.fault.what.endsWith('is cut off');
  }

  /**
   * Adds an event, which `flush` writes.
   * @param text JSON of the event, on one line
   * @param mark name under which `find` finds it, from `markOf`
   */
  append(text: string, mark: string | null = null): void {
    if (!this.isSealed) throw new Error(`${this.file}: an earlier version wrote this run; fork it to train on`);
    const head = `"n":${this.events},${mark === null ? '' : `"at":${JSON.stringify(mark)},`}`;
    const line = `${seal('event', text, head)}\n`;
    const bytes = new TextEncoder().encode(line).length;
    if (bytes > LONGEST_LINE)
      throw new Error(
        `${this.file}: an event has ${mebibytes(bytes)}; use fewer prompts or shorter completions per step`,
      );
    this.pending.push(line);
    if (mark !== null) this.marks.set(mark, this.events);
    this.starts.push(this.starts.at(-1)! + bytes);
  }

  /** Writes the new events and flushes. @throws StorageFullError; nothing is lost then, and the next flush repeats it */
  flush(): Promise<void> {
    this.flushing = this.flushing.catch(() => {}).then(() => this.writePending());
    return this.flushing;
  }

  private async writePending(): Promise<void> {
    if (this.pending.length === 0) return;
    const lines = this.pending.length;
    const bytes = new TextEncoder().encode(this.pending.join(''));
    const start = this.starts[this.stored]!;
    try {
      await this.files.append(this.file, start, bytes);
    } catch (error) {
      await this.files.append(this.file, start, new Uint8Array()).catch(() => {}); // else a reader finds a cut-off line
      throw error;
    }
    this.pending = this.pending.slice(lines);
    this.stored += lines;
  }

  /** True if the file has all that this journal wrote: nobody has opened the run again and cut the file off. */
  async isWhole(): Promise<boolean> {
    return ((await this.files.size(this.file)) ?? 0) >= this.starts[this.stored]!;
  }

  /** @throws if the journal cannot be cut off after this number of events */
  checkCut(events: number): void {
    if (!this.isSealed) throw new Error(`${this.file}: an earlier version wrote this run; fork it to train on`);
    if (events > this.events)
      throw new Error(`${this.file}: it has ${this.events} events, ${events} are asked for; use an earlier checkpoint`);
  }

  /** Cuts the journal off after a number of events, which a resumed run produces again. @throws as `checkCut` */
  async cutTo(events: number): Promise<void> {
    this.checkCut(events);
    await this.flush();
    await this.files.append(this.file, this.starts[events]!, new Uint8Array());
    this.starts.length = events + 1;
    this.stored = events;
    for (const [mark, n] of this.marks) if (n >= events) this.marks.delete(mark);
    this.fault = null;
  }

  /** Number of the event with a mark; null if there is none. */
  find(mark: string): number | null {
    return this.marks.get(mark) ?? null;
  }

  /** Numbers of the events whose marks begin with a text, in the order of the journal. */
  marked(prefix: string): number[] {
    const found = [...this.marks].filter(([mark]) => mark.startsWith(prefix)).map(([, n]) => n);
    return found.sort((a, b) => a - b);
  }

  /** Reads an event back from the file. @throws naming the line if it is damaged by now */
  async event(n: number): Promise<StoredEvent> {
    const where = lineName(this.file, n);
    if (!(n >= 0 && n < this.events)) throw new Error(`${where}: the journal has ${this.events} events`);
    if (n >= this.stored) await this.flush();
    const bytes = await this.files.readRange(this.file, this.starts[n]!, this.starts[n + 1]!);
    return this.eventIn(bytes?.at(-1) === 10 ? bytes.subarray(0, -1) : (bytes ?? new Uint8Array()), n);
  }

  /** @throws naming the line if it is damaged by now */
  private eventIn(line: Uint8Array, n: number): StoredEvent {
    const where = lineName(this.file, n);
    const read = this.isSealed ? readSealed(line) : readBare(line);
    if (!read || (this.isSealed && read.n !== n)) throw new Error(`${where} is damaged; open the run again`);
    return { n, text: read.text, where };
  }

  /** Events from number `from` up to `to`, one at a time. The file is read in parts of many events. */
  async *read(from = 0, to = this.events): AsyncGenerator<StoredEvent> {
    const end = Math.min(to, this.events);
    if (from >= end) return;
    if (end > this.stored) await this.flush();
    let n = from;
    for await (const line of linesOfFile(this.files, this.file, this.starts[from])) {
      if (!this.isSealed && line.isWhole && isEmpty(line)) continue;
      yield this.eventIn(line.bytes, n++);
      if (n === end) return;
    }
    throw new Error(`${lineName(this.file, n)} is missing; open the run again`);
  }
}

/** The last event of a journal without a look at the others; null if it has none, or its last line is damaged. */
export async function lastEvent(files: Files): Promise<{ text: string | null; fault: Fault | null }> {
  for (const file of [EVENTS, EVENTS + PARTIAL]) {
    const line = await lastLine(files, file);
    if (!line) continue;
    const text = (readSealed(line.bytes) ?? readBare(line.bytes))?.text ?? null;
    const what = line.isWhole ? 'the last line is damaged' : 'the last line is cut off';
    return { text, fault: text === null ? { file, what } : null };
  }
  return { text: null, fault: null };
}
