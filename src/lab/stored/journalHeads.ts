/**
 * Events of a journal without their rollouts, for curves and tables of metrics. The numbers of a GRPO step come before its groups, so
 * that a reader parses the start of the line alone. Checksums stay unread.
 */
import type { Files } from '../../runs/files';
import { EVENTS } from '../../runs/journal';
import { linesOfFile } from '../../runs/lines';
import { PARTIAL } from '../../runs/paths';

/** Event with its fields; a GRPO step has its type, step and metrics alone. */
export type EventHead = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface HeadLine {
  /** First byte of the line, and of the next one. */
  readonly start: number;
  readonly end: number;
  /** Null for a line that is no event, or cut off. */
  readonly event: EventHead | null;
}

/** Most bytes before the groups of a GRPO step. */
const HEAD = 1 << 14;
const SEALED = /^\{(?:"n":\d+,)?(?:"at":"[^"]*",)?"crc":"[0-9a-f]{8}","event":/;
const GRPO = /^\{"type":"grpo","step":(\d+),"metrics":(\{[^{}]*\})/;
/** Events whose values no curve needs. */
const OTHER = /^\{"type":"(?:curation|stage|end)"/;

const decoder = new TextDecoder();

function parsed(text: string): EventHead | null {
  try {
    const event = JSON.parse(text) as Partial<EventHead> | null;
    return typeof event?.type === 'string' ? (event as EventHead) : null;
  } catch {
    return null;
  }
}

function headOf(bytes: Uint8Array): EventHead | null {
  const start = decoder.decode(bytes.subarray(0, HEAD));
  const [seal = ''] = SEALED.exec(start) ?? [];
  const head = start.slice(seal.length);
  const [, step, metrics] = GRPO.exec(head) ?? [];
  if (metrics !== undefined) return parsed(`{"type":"grpo","step":${step},"metrics":${metrics}}`);
  if (OTHER.test(head)) return { type: /^\{"type":"(\w+)"/.exec(head)![1]! };
  const text = decoder.decode(bytes).slice(seal.length).trimEnd();
  return parsed(seal === '' ? text : text.slice(0, -1));
}

/** Name of the journal: an earlier version may have left it unfinished. */
export async function journalFile(files: Files): Promise<string> {
  return (await files.size(EVENTS)) === null && (await files.size(EVENTS + PARTIAL)) !== null
    ? EVENTS + PARTIAL
    : EVENTS;
}

/** @param from first byte of a line */
export async function* headsOfEvents(files: Files, from = 0): AsyncGenerator<HeadLine> {
  for await (const { start, end, bytes, isWhole } of linesOfFile(files, await journalFile(files), from))
    if (bytes.length > 0) yield { start, end, event: isWhole ? headOf(bytes) : null };
}
