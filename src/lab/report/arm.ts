/**
 * Arm of an experiment: the runs that it takes, an evaluation of the last one if it needs many answers, and its numbers. The
 * experiments in the terminal and a single arm in the page compute the numbers with the same function.
 */
import type { EvaluationReport } from '../../eval/report';
import { type Recipe, withFields } from '../recipe/recipe';
import type { Summary } from '../run/events';
import type { ResultInput } from './results';
import { seeded } from './seeded';

/** Fields by path, as for --set. */
type Fields = NonNullable<ResultInput['rows'][number]['set']>;

/** Numbers of a run that has ended. */
export type RunNumbers = Pick<Summary, 'base' | 'sft' | 'grpo'>;

export interface ArmRun {
  /** Name for the title of the run. */
  readonly name: string;
  readonly recipe: string;
  readonly set: Fields;
}

/** Sampled answers of the model of the last run to held-out problems of its task. */
export interface ArmEvaluation {
  readonly problems: number;
  /** Answers to each problem. */
  readonly samples: number;
  readonly temperature: number;
  /** n of best, worst and majority of n. */
  readonly of: number;
}

/** Numbers from which the cells of an arm are computed. */
export interface ArmNumbers {
  /** Numbers of each run, in the order of the arm's runs. */
  readonly runs: readonly RunNumbers[];
  /** Report on the evaluation; null if the arm has none. */
  readonly report: EvaluationReport | null;
}

export interface Arm {
  readonly arm: string;
  /** Name of the recipe and fields that differ from it, as the result file has them. */
  readonly recipe: string;
  readonly set: Fields;
  readonly runs: readonly ArmRun[];
  readonly evaluation: ArmEvaluation | null;
  /** One number per column; null if the arm has none. */
  cells(numbers: ArmNumbers): readonly (number | null)[];
  curve?(numbers: ArmNumbers): {
    readonly x: string;
    readonly y: string;
    readonly line: readonly (readonly [number, number])[];
  };
}

/** Recipe of a run of an arm, for a seed. */
export const recipeOfRun = ({ recipe, set }: ArmRun, seed: number): Recipe => withFields(seeded(recipe, seed), set);

/** Recipe of a run of an arm with a title that names both, such as "E3 · addition-2, seed 1". @param id of the experiment */
export const titledRecipe = (id: string, run: ArmRun, seed: number): Recipe => ({
  ...recipeOfRun(run, seed),
  title: `${id} · ${run.name}, seed ${seed}`,
});

/** Arm of one run, whose recipe the result file names. @param cells its numbers from those of the run */
export const oneRun = (
  arm: string,
  recipe: string,
  set: Fields,
  cells: (run: RunNumbers) => readonly (number | null)[],
): Arm => ({
  ...{ arm, recipe, set, runs: [{ name: arm, recipe, set }], evaluation: null },
  cells: ({ runs: [run] }) => cells(run as RunNumbers),
});
