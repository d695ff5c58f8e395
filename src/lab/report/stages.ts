/** Many evaluation runs of one model after SFT and after GRPO over the same problems, for the experiments on spread. */
import { type EvaluationReport, evaluationReport } from '../../eval/report';
import { isSameText } from '../../text/answerText';
import type { Outcome } from './experiment';
import { seeded } from './seeded';
import type { Workbench } from './workbench';

/** Number of problems, as in AIME. */
export const PROBLEMS = 30;
/** Runs and temperature of the report's evaluation on AIME 25. */
export const RUNS = 50;
const TEMPERATURE = 0.8;
/** n of best, worst and majority of n, as in the report. */
const OF = 5;

const RECIPE = 'addition-2';

export interface StageReport {
  readonly arm: string;
  readonly recipe: string;
  readonly set: Readonly<Record<string, number>>;
  readonly report: EvaluationReport;
}

export async function stageReports(bench: Workbench, seed: number): Promise<StageReport[]> {
  const recipe = seeded(RECIPE, seed);
  const sft = await bench.sft(recipe);
  const grpo = await bench.grpo(recipe, sft);
  const reports: StageReport[] = [];
  for (const [arm, model, set] of [
    ['after SFT', sft, { 'grpo.steps': 0 }],
    ['after GRPO', grpo, {}],
  ] as const) {
    const runs = await bench.evaluate(model, PROBLEMS, RUNS, TEMPERATURE);
    reports.push({ arm, recipe: RECIPE, set, report: evaluationReport(runs, OF, (a, b) => isSameText(a, b)) });
  }
  return reports;
}

type Row = Outcome['rows'][number];

/** Rows of an experiment with one arm per stage. */
export const stageRows = (
  reports: readonly StageReport[],
  cellsOf: (report: EvaluationReport) => Row['cells'],
): Row[] => reports.map(({ report, ...arm }) => ({ ...arm, cells: cellsOf(report) }));
