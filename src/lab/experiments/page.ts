/** The page that lays the report's figures beside ours: Markdown made from the result files, never by hand. */
import type { Result, ResultUnit, Spread } from '../results';

const decimals: Readonly<Record<ResultUnit, number>> = {
  share: 1,
  points: 1,
  tokens: 1,
  ratio: 2,
  reward: 2,
  number: 2,
};
const hundredths = (unit: ResultUnit) => unit === 'share' || unit === 'points';

/** Mean ± sd, in the unit of its column. */
function cell(spread: Spread | null, unit: ResultUnit): string {
  if (!spread) return '–';
  const shown = (value: number) => (value * (hundredths(unit) ? 100 : 1)).toFixed(decimals[unit]).replace('-', '−');
  const sign = unit === 'points' && spread.mean >= 0 ? '+' : '';
  return `${sign}${shown(spread.mean)} ± ${shown(spread.sd)}`;
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');

const unitOf: Readonly<Record<ResultUnit, string>> = {
  share: ' (%)',
  points: ' (points)',
  tokens: '',
  ratio: ' (×)',
  reward: '',
  number: '',
};

function section(result: Result): string {
  const { id, title, finding, report, columns, rows, matrix, found, verdict, why, command, seeds, seconds } = result;
  const fields = (set: Result['rows'][number]['set']) =>
    Object.entries(set)
      .map(([path, value]) => ` \`${path}=${value}\``)
      .join('');
  const parts = [
    `## ${id}: ${title}`,
    `**The report:** ${finding}: ${report}.`,
    `**Here:** ${found} *It ${{ agrees: 'agrees', partly: 'agrees in part', disagrees: 'does not agree' }[verdict]}.*`,
    table(
      ['', 'recipe', ...columns.map((column) => `${column.title}${unitOf[column.unit]}`)],
      rows.map(({ arm, recipe, set, cells }) => [
        arm,
        `${recipe ? `\`${recipe}\`` : '–'}${fields(set)}`,
        ...cells.map((spread, i) => cell(spread, columns[i]!.unit)),
      ]),
    ),
    ...(matrix
      ? [
          table(
            [`${matrix.rowsAre} \\ ${matrix.columnsAre}${unitOf[matrix.unit]}`, ...matrix.columns],
            matrix.rows.map((name, i) => [name, ...matrix.cells[i]!.map((spread) => cell(spread, matrix.unit))]),
          ),
        ]
      : []),
    `**Why a tiny model may differ:** ${why}`,
    `Made by \`${command}\` (${seeds.length} seeds, ${Math.round(seconds / 60)} minutes on ${result.adapter}, ${result.date}, at ${result.commit}).`,
  ];
  return parts.join('\n\n');
}

/** @param results in the order in which they are told */
export function reportPage(results: readonly Result[]): string {
  const count = (verdict: Result['verdict']) => results.filter((result) => result.verdict === verdict).length;
  return `${[
    '# The report beside us',
    'The findings of the Phi-4-reasoning technical report (arXiv 2504.21318), asked again of transformers of about 0.1 M parameters on ' +
      'tasks that fit a browser tab. Each table gives the mean over seeds ± the standard deviation between seeds; every seed draws its ' +
      'own weights, problems, traces and samples, and its own held-out problems. This page is written by `npm run lab -- reproduce` from ' +
      'the files in `public/results`, which the Evaluate screen shows too; no number in it is typed by hand.',
    `Of ${results.length} findings ours agree with ${count('agrees')}, agree in part with ${count('partly')} and do not agree with ${count('disagrees')}.`,
    ...results.map(section),
  ].join('\n\n')}\n`;
}
