/** Rollouts of a selection as a file: JSON lines or CSV, with TRL's column names where it has them. */
import { PART } from './fields';
import type { TraceIndex } from './traceIndex';

export type ExportKind = 'jsonl' | 'csv';

const TYPES: Readonly<Record<ExportKind, string>> = { jsonl: 'application/x-ndjson', csv: 'text/csv' };
/** Rows of one part of the file. */
const PART_ROWS = 2000;

function recordOf(index: TraceIndex, row: number): Record<string, unknown> {
  const { step, group, rollout } = index.placeOf(row);
  const { prompt, answer } = index.problem(index.problemAt(row));
  const number = (name: Parameters<TraceIndex['number']>[0]) => index.number(name, row);
  const parts = index.terms.map((term) => [PART + term, index.part(term, row)] as const);
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

export function exportedTraces(kind: ExportKind, index: TraceIndex, rows: Uint32Array): Blob {
  const parts: string[] = [];
  if (kind === 'csv' && rows.length > 0)
    parts.push(`${Object.keys(recordOf(index, rows[0]!)).map(csvField).join()}\r\n`);
  for (let from = 0; from < rows.length; from += PART_ROWS)
    parts.push(Array.from(rows.subarray(from, from + PART_ROWS), (row) => lines[kind](recordOf(index, row))).join(''));
  return new Blob(parts, { type: TYPES[kind] });
}
