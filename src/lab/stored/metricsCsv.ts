/** Metrics of all training steps of a stored run as CSV: one row per SFT and GRPO step, TRL's names as columns. */
import type { Files } from '../../runs/files';
import { headsOfEvents } from './journalHeads';

type Row = Readonly<Record<string, unknown>>;

const field = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export async function metricsCsv(files: Files): Promise<string> {
  const rows: Row[] = [];
  for await (const { event } of headsOfEvents(files)) {
    if (event?.type === 'grpo') rows.push({ stage: 'grpo', step: event.step, ...(event.metrics as Row) });
    if (event?.type !== 'sft') continue;
    const { type, ...metrics } = event;
    rows.push({ stage: type, ...metrics });
  }
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [columns, ...rows.map((row) => columns.map((name) => row[name]))]
    .map((cells) => `${cells.map(field).join()}\r\n`)
    .join('');
}
