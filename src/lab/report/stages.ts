/** A model after SFT and after GRPO, answering the same few problems many times over: what the experiments on spread look at. */
import { type EvaluationReport, evaluationReport } from '../../eval/report';
import { isSameText } from '../../text/answerText';
import { seeded } from './seeded';
import type { Workbench } from './workbench';

/** As many as AIME has. */
export const PROBLEMS = 30;
/** As the report evaluates AIME 25, at its temperature. */
export const RUNS = 50;
const TEMPERATURE = 0.8;
/** Of five answers, as the report has it. */
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
