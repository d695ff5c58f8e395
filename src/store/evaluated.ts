/** Stored results that the choices on screen ask for: a transfer matrix is there again after a reload. */
import { heldOutCount } from '../lab/evaluate/heldOut';
import { taskNamed } from '../lab/recipe/levels';
import type { Recipe } from '../lab/recipe/recipe';
import type { EvaluationRow, TaskAtLevel } from '../worker/evaluationProtocol';
import type { EvaluateChoice } from './evaluateChoice';
import { runOf } from './playModels';

type Numbers = Pick<EvaluateChoice, 'problems' | 'samples' | 'temperature' | 'seed'>;

const NO_OWN: Pick<Recipe, 'own'> = { own: { problems: [], match: 'exact', tolerance: 0 } };

/** True if a record has all problems of its level, up to those that are asked for. */
function hasAllProblems({ header }: EvaluationRow, { problems, seed }: Numbers, recipe: Pick<Recipe, 'own'>): boolean {
  if (header.problems >= problems) return header.problems === problems;
  const task = taskNamed(recipe, header.task);
  return task !== null && heldOutCount({ task, level: header.level }, problems, seed) === header.problems;
}

/**
 * Results of a model, in the order of the tasks; none for a model that is of no stored run.
 * @param recipe of its training; null if it is unknown
 */
export function resultsOf(
  rows: readonly EvaluationRow[],
  model: string | null,
  tasks: readonly TaskAtLevel[],
  numbers: Numbers,
  recipe: Recipe | null,
): EvaluationRow[] {
  const of = model === null ? null : runOf(model);
  if (!of) return [];
  const { temperature, seed } = numbers;
  const samples = temperature === 0 ? 1 : numbers.samples;
  return tasks.flatMap(
    ({ task, level }) =>
      rows.find(
        (row) =>
          row.of?.run === of.run &&
          row.of.checkpoint === of.checkpoint &&
          row.header.task === task &&
          row.header.level === level &&
          row.header.temperature === temperature &&
          row.header.seed === seed &&
          row.samples === samples &&
          hasAllProblems(row, numbers, recipe ?? NO_OWN),
      ) ?? [],
  );
}
