/** Rollouts of a selection as a file: JSON lines or CSV, with TRL's column names where it has them. */
import { PART } from './fields';
import type { IndexedStep } from './indexed';
import { TraceIndex } from './traceIndex';

export type ExportKind = 'jsonl' | 'csv';

const TYPES: Readonly<Record<ExportKind, string>> = { jsonl: 'application/x-ndjson', csv: 'text/csv' };
/** Rows of one part of the file. */
const PART_ROWS = 2000;

function recordOf(index: TraceIndex, row: number, terms: readonly string[]): Record<string, unknown> {
  const { step, group, rollout } = index.placeOf(row);
  const { prompt, answer } = index.problem(index.problemAt(row));
  const number = (name: Parameters<TraceIndex['number']>[0]) => index.number(name, row);
  const parts = terms.map((term) => [PART + term, index.part(term, row)] as const);
  return {
    ...{ step, group, rollout, prompt, answer, completion: index.text(row) },
    reward: number('reward'),
    ...Object.fromEntries(parts.map(([name, part]) => [name, Number.isNaN(part) ? null : part])),
    advantage: number('advantage'),
    tokens: number('tokens'),
    think_tokens: number('think'),
    mean_logprob: -number('surprise'),
    correct: index.flag('correct', row),
    format: index.flag('format', row),
    ended: index.flag('ended', row),
  };
}

function csvField(value: unknown): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const lines: Readonly<Record<ExportKind, (record: Record<string, unknown>) => string>> = {
  jsonl: (record) => `${JSON.stringify(record)}\n`,
  csv: (record) => `${Object.values(record).map(csvField).join()}\r\n`,
};

function textOf(kind: ExportKind, index: TraceIndex, rows: ArrayLike<number>, terms: readonly string[]): string {
  return Array.from(rows, (row) => lines[kind](recordOf(index, row, terms))).join('');
}

/** First line of a CSV. @param row any row of the index */
const headingOf = (index: TraceIndex, row: number, terms: readonly string[]): string =>
  `${Object.keys(recordOf(index, row, terms))
    .map(csvField)
    .join()}\r\n`;

/** File of rows of an index. Each part of it leaves the heap at once. */
export function exportedTraces(kind: ExportKind, index: TraceIndex, rows: Uint32Array): Blob {
  const { terms } = index;
  const parts: Blob[] = [];
  if (kind === 'csv' && rows.length > 0) parts.push(new Blob([headingOf(index, rows[0]!, terms)]));
  for (let from = 0; from < rows.length; from += PART_ROWS)
    parts.push(new Blob([textOf(kind, index, rows.subarray(from, from + PART_ROWS), terms)]));
  return new Blob(parts, { type: TYPES[kind] });
}

/** All rollouts of steps as a file in parts, so that a long run never lies in memory. @param terms of all steps */
export async function* exportedSteps(
  kind: ExportKind,
  steps: AsyncIterable<IndexedStep>,
  terms: readonly string[],
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let index = new TraceIndex();
  let isFirst = true;
  const part = () => {
    const heading = kind === 'csv' && isFirst ? headingOf(index, 0, terms) : '';
    const rows = Uint32Array.from({ length: index.length }, (_, row) => row);
    const bytes = encoder.encode(heading + textOf(kind, index, rows, terms));
    isFirst = false;
    index = new TraceIndex();
    return bytes;
  };
  for await (const step of steps) {
    index.add(step);
    if (index.length >= PART_ROWS) yield part();
  }
  if (index.length > 0) yield part();
}
