/** Columns of the comparison: names of the runs, and their final numbers. */
import type { RunHistory } from '../../../lab/stored/history';
import { deviationOf, mean, wilsonInterval } from '../../../stats';
import type { ComparedRun } from '../../../worker/library';
import { fixed, percent, signed } from '../../shared/format';
import { type Line, lineStyle } from './lines';

/** A run of the comparison that was read. */
export interface ReadRun {
  readonly name: string;
  readonly title: string;
  readonly history: RunHistory;
}

export const readRuns = (runs: readonly ComparedRun[], titleOf: (name: string) => string): ReadRun[] =>
  runs.flatMap(({ run, history }) => (history ? [{ name: run, title: titleOf(run), history }] : []));

const seedOf = ({ history }: ReadRun): string => String((history.recipe as { seed?: unknown } | null)?.seed ?? '?');

/** Names that differ: the title; else with the seed; else with the folder. */
export function namesOf(runs: readonly ReadRun[]): string[] {
  const isUnique = (names: readonly string[], i: number) => names.indexOf(names[i]!) === names.lastIndexOf(names[i]!);
  const titles = runs.map(({ title }) => title);
  const seeds = runs.map((run) => `${run.title} · seed ${seedOf(run)}`);
  return runs.map((run, i) =>
    isUnique(titles, i) ? run.title : isUnique(seeds, i) ? seeds[i]! : `${run.title} (${run.name})`,
  );
}

/** One line for each group of runs. */
export function linesOf(runs: readonly ReadRun[], groups: readonly (readonly number[])[]): Line[] {
  const names = namesOf(runs);
  return groups.map((group, i) => {
    const label = group.length > 1 ? `${runs[group[0]!]!.title} · ${group.length} seeds` : names[group[0]!]!;
    return { label, ...lineStyle(i), runs: group.map((run) => runs[run]!.history) };
  });
}

/** Steps at the end of a run whose mean is its final number. */
export const LAST = 10;

interface FinalNumber {
  readonly title: string;
  /** Null where the run has none. */
  read(run: RunHistory): number | null;
  words(value: number): string;
  /** Words of a standard deviation; `words` without it. */
  spread?(sd: number): string;
  /** Number of problems that a share was measured on; it has an interval then. */
  problems?(run: RunHistory): number;
}

const lastMean = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values.slice(-LAST)));
const heldOut = (run: RunHistory, stage: string) => run.evaluations.find((evaluation) => evaluation.stage === stage);

const heldOutAfter = (title: string, stage: string): FinalNumber => ({
  title,
  read: (run) => heldOut(run, stage)?.sampled ?? null,
  words: percent,
  problems: (run) => heldOut(run, stage)?.problems ?? 0,
});

export const finalNumbers: readonly FinalNumber[] = [
  { title: 'GRPO steps', read: ({ curve }) => curve.step.at(-1) ?? null, words: (steps) => fixed(steps, 0) },
  {
    title: 'Tokens trained by GRPO',
    read: ({ curve }) => curve.tokens.at(-1) ?? null,
    words: (tokens) => Math.round(tokens).toLocaleString('en'),
  },
  {
    title: `Reward, last ${LAST} steps`,
    read: ({ curve }) => lastMean(curve.reward),
    words: signed,
    spread: (sd) => fixed(sd, 2),
  },
  { title: `Accuracy in training, last ${LAST} steps`, read: ({ curve }) => lastMean(curve.accuracy), words: percent },
  heldOutAfter('Held-out accuracy before training', 'base'),
  heldOutAfter('Held-out accuracy after SFT', 'sft'),
  heldOutAfter('Held-out accuracy after GRPO', 'grpo'),
  { title: `Mean length, last ${LAST} steps`, read: ({ curve }) => lastMean(curve.length), words: (x) => fixed(x, 1) },
];

/** Final number of a line: of several runs the mean ± sd; a share has Wilson's 95 % interval over all of its problems. */
export function numberWords(number: FinalNumber, { runs }: Pick<Line, 'runs'>): string {
  const { read, words, spread = words, problems } = number;
  const values = runs.flatMap((run) => read(run) ?? []);
  if (values.length === 0) return '–';
  const center = mean(values);
  const sd = deviationOf(values);
  const count = problems ? runs.reduce((sum, run) => sum + problems(run), 0) : 0;
  const { low, high } = wilsonInterval(center, Math.max(1, count));
  // equal seeds say nothing about the model's own spread
  const deviation = sd === null || (sd === 0 && count > 0) ? '' : ` ± ${spread(sd)}`;
  return `${words(center)}${deviation}${count > 0 ? ` (${fixed(100 * low, 0)}–${percent(high)})` : ''}`;
}
