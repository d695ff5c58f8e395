/** Paired comparison of two evaluations on the same problems, with the problems on which they differ. */
import { heldOutProblems } from '../../data/problems';
import { type Comparison, compareRuns } from '../../eval/comparison';
import { type RecordHeader, recordHeader } from '../../eval/record';
import { type EvaluationRun, passRates } from '../../eval/report';
import type { OwnProblems } from '../../tasks/own';
import type { Problem } from '../../tasks/task';
import { taskNamed } from '../recipe/levels';

export interface Evaluated {
  readonly header: RecordHeader;
  readonly runs: readonly EvaluationRun[];
}

export interface Difference {
  /** Index of the problem, from 0. */
  readonly index: number;
  /** The problem; null if it cannot be drawn again. */
  readonly problem: Problem | null;
  /** Share of right answers of a and of b. */
  readonly a: number;
  readonly b: number;
  /** First answer of a and of b; null for one that was cut off or has none. */
  readonly answers: readonly [string | null, string | null];
}

export interface PairedComparison extends Comparison {
  readonly task: string;
  readonly level: number;
  /** Problems that differ, those with the widest difference first. */
  readonly differences: readonly Difference[];
}

/** Text that two evaluations share if their problems are the same. */
export const problemsKey = ({ task, level, problems, prompts, instances }: RecordHeader): string =>
  [task, level, problems, prompts, instances].join();

/** Problems of an evaluation, drawn again from its seed; null if they are others. @param own problems of the model's training */
function problemsOf(header: RecordHeader, own: OwnProblems): readonly Problem[] | null {
  const task = taskNamed({ own }, header.task);
  if (!task) return null;
  const problems = heldOutProblems(task, header.level, header.problems, header.seed);
  const same = recordHeader(header, problems, header);
  return problemsKey(same) === problemsKey(header) ? problems : null;
}

/** @throws if the problems differ */
export function pairedComparison(a: Evaluated, b: Evaluated, own: OwnProblems): PairedComparison {
  if (problemsKey(a.header) !== problemsKey(b.header))
    throw new Error('the evaluations are of other problems; evaluate both on the same task, level, number and seed');
  const [ratesA, ratesB] = [passRates(a.runs), passRates(b.runs)];
  const problems = problemsOf(a.header, own);
  const differences = ratesA.flatMap((rate, index): Difference[] => {
    const other = ratesB[index]!;
    if (rate === other) return [];
    const answers = [a, b].map(({ runs }) => runs[0]!.answers[index]!.answer) as [string | null, string | null];
    return [{ index, problem: problems?.[index] ?? null, a: rate, b: other, answers }];
  });
  differences.sort((one, two) => Math.abs(two.b - two.a) - Math.abs(one.b - one.a) || one.index - two.index);
  const { task, level, seed } = a.header;
  return { ...compareRuns(a.runs, b.runs, seed), task, level, differences };
}
