/** Sections of a recipe for the sources of problems: mixtures, and curation of GRPO's problems. */
import { z } from 'zod';
import { selections } from '../../../data/curation/selection';
import { MOST_EXAMPLES_A_PASS, passLength } from '../../../data/mixture';
import { taskNames } from '../../../tasks';
import { OWN, type OwnProblems } from '../../../tasks/own';
import { choice, integer, number, section } from '../fields';
import { ownIssues, taskOf } from '../task';

/** Fields of a task at a level, in lists. */
export const taskAtLevel = {
  task: z.enum([...taskNames, OWN]).meta({ title: 'Task', description: 'Task of the problems.' }),
  level: z.int().meta({ title: 'Difficulty', description: 'Level of the problems, in the unit of the task.' }),
};

const cluster = z.strictObject({
  ...taskAtLevel,
  problems: integer(
    'Problems',
    'Number of different training problems. 0 draws fresh problems without end; they count as 1024 per epoch of the mixture.',
    0,
    0,
    100_000,
  ),
  epochs: number(
    'Epochs',
    'Times that one epoch of the mixture shows each problem; for fresh problems, their weight.',
    1,
    0.001,
    1000,
  ),
});
export type ClusterFields = z.infer<typeof cluster>;

const clusters = (title: string, description: string) =>
  z.array(cluster).max(64).default([]).meta({ title, description });

export const dataSection = section(
  'Data',
  'An additive mixture: each cluster adds its problems as often as its epochs say, and all are shuffled together. ' +
    'Every further epoch of the mixture is shuffled again.',
  {
    clusters: clusters('SFT clusters', 'Problems of SFT; without clusters, fresh problems of the task.'),
    rlClusters: clusters('GRPO clusters', 'Problems of GRPO; without clusters, fresh problems of the task.'),
  },
);

export const curationSection = section(
  'Curation',
  'Choice of the problems that GRPO trains on: after SFT, the model answers each problem of a pool several times, and the pass rate decides.',
  {
    select: choice(
      'Select',
      'none: no curation. band: pass rates from low to high. easy: above the band. hard: below it. random: as many problems as the band has, at any pass rate.',
      selections,
      'none',
    ),
    pool: integer('Pool', 'Problems to choose from; duplicates count once.', 512, 1, 16_384),
    samples: integer('Samples k', 'Answers to each problem, at the temperature of the rollouts.', 8, 1, 256),
    low: number('Band from', 'Lowest pass rate of the band.', 0.1, 0, 1),
    high: number('Band to', 'Highest pass rate of the band.', 0.9, 0, 1),
    dedupe: number(
      'Duplicates from',
      'Similarity of two prompts from which the later one is removed: Jaccard index of their character 4-grams. 1 removes only equal prompts.',
      1,
      0.05,
      1,
    ),
    decontaminate: number(
      'Contaminated from',
      'Similarity to a held-out prompt of any evaluated task from which a problem of the pool is removed. 1 removes nothing, because equal prompts are held out anyway. SFT is not checked.',
      1,
      0.05,
      1,
    ),
    refreshEvery: integer(
      'Refresh every',
      'GRPO steps between two selections; 0 keeps the first selection.',
      0,
      0,
      100_000,
    ),
    refreshBy: choice(
      'Refresh by',
      "measured: the model answers the pool again. answered: pass rates of GRPO's own groups, which cost nothing but exist only for problems that rollouts answered.",
      ['measured', 'answered'],
      'measured',
    ),
  },
);

interface DataFields {
  readonly own: OwnProblems;
  readonly task: { readonly name: string; readonly level: number };
  readonly data: { readonly clusters: readonly ClusterFields[]; readonly rlClusters: readonly ClusterFields[] };
  readonly curation: { readonly low: number; readonly high: number };
  readonly evaluation: { readonly others: readonly { readonly task: string; readonly level: number }[] };
}

/** Reports what does not fit, by path. @returns false where a task is missing: nothing else can be checked then */
export function checkData(recipe: DataFields, issue: (path: (string | number)[], message: string) => void): boolean {
  const checkLevel = (path: (string | number)[], name: string, level: number) => {
    const { min, max, unit } = taskOf(recipe, name).level;
    if (level < min || level > max) issue(path, `is ${level}; ${name} has ${min} to ${max} ${unit}`);
  };
  const lists = [
    { path: ['evaluation', 'others'], list: recipe.evaluation.others },
    { path: ['data', 'clusters'], list: recipe.data.clusters },
    { path: ['data', 'rlClusters'], list: recipe.data.rlClusters },
  ];
  const own = [{ task: recipe.task.name, level: recipe.task.level }, ...lists.flatMap(({ list }) => list)]
    .filter(({ task }) => task === OWN)
    .map(({ level }) => level);
  const wrong = ownIssues(recipe.own, [...new Set(own)]);
  for (const { path, message } of wrong) issue(path, message);
  if (wrong.length > 0) return false;
  checkLevel(['task', 'level'], recipe.task.name, recipe.task.level);
  for (const { path, list } of lists)
    list.forEach(({ task, level }, i) => {
      checkLevel([...path, i, 'level'], task, level);
      if (list.findIndex((other) => other.task === task && other.level === level) < i)
        issue([...path, i], `${task} at ${level} is listed twice; remove one`);
    });
  recipe.evaluation.others.forEach(({ task, level }, i) => {
    if (task === recipe.task.name && level === recipe.task.level)
      issue(
        ['evaluation', 'others', i],
        `${task} at ${level} is the recipe's own task, which is evaluated anyway; remove it`,
      );
  });
  for (const name of ['clusters', 'rlClusters'] as const) {
    const examples = passLength(recipe.data[name]);
    if (examples > MOST_EXAMPLES_A_PASS)
      issue(['data', name], `one epoch of the mixture has ${examples} examples; use at most ${MOST_EXAMPLES_A_PASS}`);
  }
  if (recipe.curation.low > recipe.curation.high)
    issue(
      ['curation', 'low'],
      `the band from ${recipe.curation.low} to ${recipe.curation.high} is empty; lower its start or raise its end`,
    );
  return true;
}
