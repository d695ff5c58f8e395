/** Arms that evaluate one model after SFT and after GRPO many times on the same problems, for the experiments on spread. */
import type { EvaluationReport } from '../../eval/report';
import type { Arm } from './arm';

/** Number of problems, as in AIME. */
export const PROBLEMS = 30;
/** Runs and temperature of the report's evaluation on AIME 25. */
export const RUNS = 50;
const TEMPERATURE = 0.8;
/** n of best, worst and majority of n, as in the report. */
const OF = 5;

const RECIPE = 'addition-2';

/** One arm per stage. @param cellsOf numbers of an arm from the report on its answers */
export const stageArms = (cellsOf: (report: EvaluationReport) => readonly (number | null)[]): Arm[] =>
  ([['after SFT', { 'grpo.steps': 0 }] as const, ['after GRPO', {}] as const] as const).map(([arm, set]) => ({
    ...{ arm, recipe: RECIPE, set: { ...set }, runs: [{ name: arm, recipe: RECIPE, set: { ...set } }] },
    evaluation: { problems: PROBLEMS, samples: RUNS, temperature: TEMPERATURE, of: OF },
    cells: ({ report }) => cellsOf(report as EvaluationReport),
  }));
