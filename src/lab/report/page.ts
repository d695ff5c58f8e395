/** Pages docs/report.md and docs/lessons.md as Markdown, generated from the result files. */
import { recipeByName } from '../recipe/presets';
import { judgeLessons, lessons } from './lessons';
import { type Result, type ResultUnit, type Spread, unitForms } from './results';

/** Verdicts in words. */
export const VERDICT_WORDS: Readonly<Record<Result['verdict'], string>> = {
  agrees: 'agrees',
  partly: 'agrees in part',
  disagrees: 'does not agree',
  undecided: 'is undecided',
};

/** Number in the unit of its column, without the unit. */
function shown(value: number, unit: ResultUnit): string {
  const { factor, digits } = unitForms[unit];
  return (value * factor).toFixed(digits).replace('-', '−');
}

/** Formats mean ± sd in the unit of the column. */
function cell(spread: Spread | null, unit: ResultUnit): string {
  if (!spread) return '–';
  const sign = unit === 'points' && spread.mean >= 0 ? '+' : '';
  return `${sign}${shown(spread.mean, unit)} ± ${spread.sd === null ? 'n.a.' : shown(spread.sd, unit)}`;
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map((title, i) => (i === 0 || title === 'recipe' ? '---' : '---:'))), ...rows.map(row)].join(
    '\n',
  );

const unitOf: Readonly<Record<ResultUnit, string>> = {
  share: ' (%)',
  points: ' (points)',
  tokens: '',
  ratio: ' (×)',
  reward: '',
  number: '',
};

const unitAfter: Readonly<Record<ResultUnit, string>> = {
  ...{ share: ' %', points: ' points', tokens: ' tokens', ratio: '×', reward: '', number: '' },
};

/** Text such as "43.1 %". */
export const inUnitOf = (value: number, unit: ResultUnit): string => shown(value, unit) + unitAfter[unit];

/** Text such as "43.1 ± 2.0 %". */
export const spreadInUnitOf = (spread: Spread, unit: ResultUnit): string => cell(spread, unit) + unitAfter[unit];

function armsTable({ columns, rows }: Result): string {
  const fields = (set: Result['rows'][number]['set']) =>
    Object.entries(set)
      .map(([path, value]) => ` \`${path}=${typeof value === 'object' ? JSON.stringify(value) : value}\``)
      .join('');
  return table(
    ['', 'recipe', ...columns.map((column) => `${column.title}${unitOf[column.unit]}`)],
    rows.map(({ arm, recipe, set, cells }) => [
      arm,
      `${recipe ? `\`${recipe}\`` : '–'}${fields(set)}`,
      ...cells.map((spread, i) => cell(spread, columns[i]!.unit)),
    ]),
  );
}

/** Table of the effects that the rule judges. */
function effectsTable({ effects = [], effectUnit = 'points' }: Result): string {
  const { factor, digits } = unitForms[effectUnit];
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value * factor).toFixed(digits)}`;
  return table(
    [`effect${unitOf[effectUnit]}`, 'mean', '95 % interval', 'above 0 in every seed', 'counts'],
    effects.map(({ arm, mean, low, high, everySeed, holds }) => [
      arm,
      signed(mean),
      low === null || high === null ? 'n.a.' : `${signed(low)} to ${signed(high)}`,
      everySeed ? 'yes' : 'no',
      holds ? 'yes' : 'no',
    ]),
  );
}

const madeBy = ({ command, seeds, seconds, adapter, date, commit }: Result) =>
  `Made by \`${command}\` (${seeds.length} seeds, ${Math.round(seconds / 60)} minutes on ${adapter}, ${date}, at ${commit}).`;

function section(result: Result): string {
  const { id, title, finding, report, matrix, found, verdict, why, rule } = result;
  const parts = [
    `## ${id}: ${title}`,
    `**The report:** ${finding}: ${report}.`,
    `**Here:** ${found} *It ${VERDICT_WORDS[verdict]}.*`,
    ...(rule ? [`**The rule:** ${rule}`] : []),
    armsTable(result),
    effectsTable(result),
    ...(matrix
      ? [
          table(
            [`${matrix.rowsAre} \\ ${matrix.columnsAre}${unitOf[matrix.unit]}`, ...matrix.columns],
            matrix.rows.map((name, i) => [name, ...matrix.cells[i]!.map((spread) => cell(spread, matrix.unit))]),
          ),
        ]
      : []),
    `**Why a tiny model may differ:** ${why}`,
    madeBy(result),
  ];
  return parts.join('\n\n');
}

/** @param results in the order of the page */
function reportPage(results: readonly Result[]): string {
  const count = (verdict: Result['verdict']) => results.filter((result) => result.verdict === verdict).length;
  return `${[
    '# The report and this lab',
    'This page repeats the findings of the Phi-4-reasoning technical report (arXiv 2504.21318) with transformers of about 0.1 M ' +
      'parameters, on tasks that fit a browser tab. Each table shows the mean over seeds ± the standard deviation between seeds. ' +
      'Every seed has its own weights, problems, traces and samples. If a level has enough problems, every seed also has its own ' +
      'held-out problems. `npm run lab -- reproduce` writes this page from the files in `public/results`, which the Evaluate screen ' +
      'shows too; nobody types a number by hand.',
    'One rule applies to every finding: an effect counts if every seed shows it and the 95 % interval of its mean over seeds is ' +
      'above 0. Three seeds give wide intervals, so an effect that does not count may still exist. Each figure of the report names ' +
      'its source; a figure that no source confirms is called unconfirmed.',
    'Each section names the commit that made its numbers. At edda23b, warm-up was one step ahead of Hugging Face’s schedule. Today ' +
      'the first step of a warm-up has a learning rate of 0, so a new run gives slightly different numbers.',
    `Our results agree with ${count('agrees')} of ${results.length} findings, agree in part with ${count('partly')} and do not agree with ${count('disagrees')}` +
      `${count('undecided') > 0 ? `; ${count('undecided')} are undecided, because they have one seed only` : ''}.`,
    ...results.map(section),
  ].join('\n\n')}\n`;
}

/** Page of the lessons: claim, verdict and numbers of each. */
function lessonsPage(result: Result): string {
  const { not } = judgeLessons(result);
  const rows = lessons.map(({ title, arms }) => [
    title,
    [...new Set(arms.map(({ recipe }) => recipe))]
      .map((name) => `\`${name}\`: ${recipeByName(name).about}`)
      .join('<br>'),
    not.includes(title) ? 'no' : 'yes',
  ]);
  return `${[
    '# Lessons',
    'Recipes for a class; each lesson shows one thing. A lesson counts as shown if the means over seeds show it. ' +
      '`npm run lab -- reproduce Lessons` measures them and writes this page. On screen, the recipes are in New run under Teaching.',
    result.found,
    row(['lesson', 'recipes', 'shown']),
    row(['---', '---', '---']),
    ...rows.map(row),
  ]
    .join('\n\n')
    .replaceAll('|\n\n|', '|\n|')}\n\n${armsTable(result)}\n\n${madeBy(result)}\n`;
}

/** All pages by file name. */
export function pagesOf(results: readonly Result[]): Record<string, string> {
  const lessonsResult = results.find(({ id }) => id === 'Lessons');
  return {
    'report.md': reportPage(results.filter(({ id }) => /^E\d+$/.test(id))),
    ...(lessonsResult && { 'lessons.md': lessonsPage(lessonsResult) }),
  };
}
