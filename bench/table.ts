/** Rows as text for a terminal and as Markdown for docs/bench.md. */
import { percent } from '../src/units';
import { type WhoName, whoNames } from './peers/peer';
import type { Peak, Report, Row } from './rows';

type Cells = readonly (readonly string[])[];

const milliseconds = (value: number): string => {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(digits)} ms`;
};

const count = (value: number): string =>
  value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : value >= 1e4 ? `${(value / 1e3).toFixed(1)} k` : value.toFixed(0);

const rate = ({ gflops, tokens_per_second }: Row): string => {
  if (gflops !== undefined) return `${gflops.toFixed(gflops >= 100 ? 0 : 1)} GFLOP/s`;
  return tokens_per_second === undefined ? '' : `${count(tokens_per_second)} tokens/s`;
};

/** Time relative to the lab's. */
const timesOurs = (row: Row, rows: readonly Row[]): string => {
  const ours = rows.find(({ work, who }) => work === row.work && who === 'groupthink')?.median_ms;
  return row.who === 'groupthink' || !ours || row.median_ms === null ? '' : `${(row.median_ms / ours).toFixed(2)}×`;
};

/** Counts per call. They are below one if several products share a submit. */
const counted = (value: number | undefined): string =>
  value === undefined ? '' : Number.isInteger(value) || value > 1 ? value.toFixed(0) : value.toFixed(2);

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export function textTable(report: Report): string {
  const { rows } = report;
  const head = ['work', 'who', 'median', 'spread', 'runs', 'rate', '÷ ours', 'first', 'dispatches', 'submits'];
  const body = rows.map((row) => [
    row.work,
    row.who,
    row.median_ms === null ? '-' : milliseconds(row.median_ms),
    row.spread_ms === null ? '' : milliseconds(row.spread_ms),
    row.median_ms === null ? '' : String(row.runs),
    rate(row),
    timesOurs(row, rows),
    row.first_ms === null ? '' : milliseconds(row.first_ms),
    counted(row.dispatches),
    counted(row.submits),
    counted(row.buffers_created),
    counted(row.bind_groups_created),
    counted(row.blocking_readbacks),
    row.error ?? '',
  ]);
  const columns = [...head, 'buffers', 'bind groups', 'readbacks', ''];
  return [headline(report), aligned([columns, ...body]), memoryTable(rows), kernelTable(rows, report.peak)]
    .filter((part) => part !== '')
    .join('\n\n');
}

const headline = ({ adapter, date, cpu, node, peak }: Report): string =>
  `${adapter}, ${cpu}, Node ${node}, ${date.slice(0, 10)}${
    peak
      ? `; at most ${peak.gflops.toFixed(1)} GFLOP/s and ${peak.copy_gb_per_second.toFixed(1)} GB/s copied, as measured`
      : ''
  }`;

/** Bytes that our training steps move and hold, next to the least possible. */
function memoryTable(rows: readonly Row[]): string {
  const body = rows.flatMap(({ work, bytes_moved, bytes_least, peak_bytes, plan_bytes }) =>
    bytes_moved && bytes_least && peak_bytes && plan_bytes
      ? [
          [
            work,
            mebibytes(bytes_moved),
            mebibytes(bytes_least),
            `${(bytes_moved / bytes_least).toFixed(1)}×`,
            mebibytes(peak_bytes),
            mebibytes(plan_bytes),
            `${(peak_bytes / plan_bytes).toFixed(3)}×`,
          ],
        ]
      : [],
  );
  if (body.length === 0) return '';
  return aligned([['our step', 'bytes moved', 'at least', '', 'bytes held', 'as planned', ''], ...body]);
}

/** Kernels of our training steps, with time and share of the peak if the adapter has timestamps. */
export function kernelTable(rows: readonly Row[], peak: Peak | null): string {
  const body = rows.flatMap(({ work, kernels = [] }) => {
    const total = kernels.reduce((sum, { milliseconds: ms }) => sum + (ms ?? 0), 0);
    return kernels.map(({ kernel, dispatches, bytes, flops, milliseconds: ms }) => {
      const gflops = ms && flops > 0 ? flops / ms / 1e6 : null;
      const gigabytes = ms ? bytes / ms / 1e6 : null;
      return [
        work,
        kernel,
        String(dispatches),
        mebibytes(bytes),
        ms === null ? '-' : milliseconds(ms),
        ms === null ? '' : percent(ms / total, 0),
        gflops === null ? '' : `${gflops.toFixed(1)} GFLOP/s`,
        gflops === null || !peak ? '' : percent(gflops / peak.gflops, 0),
        gigabytes === null ? '' : `${gigabytes.toFixed(1)} GB/s`,
        gigabytes === null || !peak ? '' : percent(gigabytes / peak.copy_gb_per_second, 0),
      ];
    });
  });
  if (body.length === 0) return '';
  const head = ['our step', 'kernel', 'dispatches', 'bytes', 'time', 'of step', '', 'of peak', '', 'of copy'];
  return aligned([head, ...body]);
}

/** Aligns the first two columns to the left, numbers to the right, and leaves errors unaligned. */
function aligned(lines: Cells): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          if (column < 2) return cell.padEnd(widths[column]!);
          return lines[0]![column] === '' && column === line.length - 1 ? cell : cell.padStart(widths[column]!);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Markdown table: one line per work, one column per peer; the products of a preset's layers are added up by pass. */
export function markdownTable(report: Report): string {
  const rows = addLayers(report.rows);
  const who = whoNames.filter((name) => rows.some((row) => row.who === name));
  const works = [...new Set(rows.map(({ work }) => work))];
  const lines = works.map((work) => {
    const of = (name: WhoName) => rows.find((row) => row.work === work && row.who === name);
    return [`\`${work}\``, ...who.map((name) => markdownCell(of(name))), lead(rows.filter((row) => row.work === work))];
  });
  const head = ['work', ...who, 'best peer ÷ ours'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [headline(report), '', line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
}

function markdownCell(row: Row | undefined): string {
  if (!row) return '';
  if (row.median_ms === null) return 'failed';
  const spread = row.spread_ms === null ? '' : ` ± ${milliseconds(row.spread_ms)}`;
  return `${milliseconds(row.median_ms)}${spread}, ${rate(row)}`;
}

/** Time of the fastest peer ÷ ours. */
function lead(rows: readonly Row[]): string {
  const ours = rows.find(({ who }) => who === 'groupthink')?.median_ms;
  const peers = rows.flatMap(({ who, median_ms }) => (who === 'groupthink' || median_ms === null ? [] : [median_ms]));
  return ours && peers.length > 0 ? `${(Math.min(...peers) / ours).toFixed(2)}×` : '';
}

const LAYER_PRODUCT = /^(matmul\/[a-z]+)-.*-(forward|dx|dw)$/;

/** Adds up the products of a preset's layers to one row per pass: times and operations. */
function addLayers(rows: readonly Row[]): Row[] {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const found = LAYER_PRODUCT.exec(row.work);
    const work = found ? `${found[1]}-${found[2]}` : row.work;
    const key = `${work} ${row.who}`;
    const sum = sums.get(key);
    if (!sum) sums.set(key, { ...row, work });
    else if (sum.median_ms === null || row.median_ms === null) sums.set(key, { ...sum, median_ms: null });
    else {
      const median_ms = sum.median_ms + row.median_ms;
      const operations = sum.gflops! * sum.median_ms + row.gflops! * row.median_ms;
      const spread_ms = Math.hypot(sum.spread_ms ?? 0, row.spread_ms ?? 0); // independent times
      sums.set(key, { ...sum, median_ms, spread_ms, gflops: operations / median_ms });
    }
  }
  return [...sums.values()];
}
