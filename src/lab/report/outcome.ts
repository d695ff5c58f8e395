/** Outcome of an experiment for one seed: each arm trains and is measured on the workbench. */
import { evaluationReport } from '../../eval/report';
import { isSameText } from '../../text/answerText';
import { type Arm, type ArmEvaluation, type ArmNumbers, recipeOfRun } from './arm';
import type { Experiment, Outcome } from './experiment';
import type { Whole, Workbench } from './workbench';

/** Report on the answers of an arm's evaluation. */
export const armReport = ({ of }: ArmEvaluation, runs: Parameters<typeof evaluationReport>[0]) =>
  evaluationReport(runs, of, (a, b) => isSameText(a, b));

/** Trains the runs of an arm, and evaluates the model of the last one if the arm asks for it. */
export async function measureArm({ runs, evaluation }: Arm, bench: Workbench, seed: number): Promise<ArmNumbers> {
  const done: Whole[] = [];
  for (const run of runs) done.push(await bench.whole(recipeOfRun(run, seed)));
  const last = done.at(-1) as Whole;
  const answers =
    evaluation && (await bench.evaluate(last.model, evaluation.problems, evaluation.samples, evaluation.temperature));
  return { runs: done.map(({ numbers }) => numbers), report: evaluation && answers && armReport(evaluation, answers) };
}

export async function outcomeOf(
  { arms, matrix }: Pick<Experiment, 'arms' | 'matrix'>,
  bench: Workbench,
  seed: number,
): Promise<Outcome> {
  const numbers: ArmNumbers[] = [];
  for (const arm of arms) numbers.push(await measureArm(arm, bench, seed));
  return {
    rows: arms.map(({ arm, recipe, set, cells }, i) => ({ arm, recipe, set, cells: cells(numbers[i] as ArmNumbers) })),
    curves: arms.flatMap(({ arm, curve }, i) => (curve ? { arm, ...curve(numbers[i] as ArmNumbers) } : [])),
    ...(matrix && { matrix: matrix(numbers) }),
  };
}
