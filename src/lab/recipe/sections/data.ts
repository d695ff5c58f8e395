/** The parts of a recipe that say where problems come from: mixtures, and the curation of what GRPO trains on. */
import { z } from 'zod';
import { selections } from '../../../data/curation/selection';
import { MOST_EXAMPLES_A_PASS, passLength } from '../../../data/mixture';
import { taskNames } from '../../../tasks';
import { OWN, type OwnProblems } from '../../../tasks/own';
import { choice, integer, number, section } from '../fields';
import { ownIssues, taskOf } from '../task';

/** A task at a level, as lists name it. */
export const taskAtLevel = {
  task: z.enum([...taskNames, OWN]).meta({ title: 'Task', description: 'Of the problems.' }),
  level: z.int().meta({ title: 'Difficulty', description: "On the task's own dial." }),
};

const cluster = z.strictObject({
  ...taskAtLevel,
  problems: integer(
    'Problems',
    'Different training problems; 0 draws fresh ones without end, which count as 1024 a pass.',
    0,
    0,
    100_000,
  ),
  epochs: number(
    'Epochs',
    'How often a pass over the mixture shows each of them; of fresh ones the weight.',
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
  'An additive mixture: each cluster brings its problems as often as its epochs say, all are laid together and shuffled. ' +
    'When a pass is through, the next is shuffled anew.',
  {
    clusters: clusters('SFT clusters', 'What SFT trains on; none for fresh problems of the task.'),
    rlClusters: clusters('GRPO clusters', 'What GRPO trains on; none for fresh problems of the task.'),
  },
);

export const curationSection = section(
  'Curation',
  'Between SFT and GRPO: the model answers a pool of problems several times, and its pass rates say which GRPO trains on.',
  {
    select: choice(
      'Select',
      'none: no curation. band: pass rates from low to high. easy: above. hard: below. random: as many as the band has, whatever their pass rate.',
      selections,
      'none',
    ),
    pool: integer(
      'Pool',
      'Problems drawn from what GRPO trains on; one that is drawn twice counts once.',
      512,
      1,
      16_384,
    ),
    samples: integer('Samples k', 'Answers to each, at the temperature of the rollouts.', 8, 1, 256),
    low: number('Band from', 'Least pass rate of a teachable problem.', 0.1, 0, 1),
    high: number('Band to', 'Greatest pass rate of a teachable problem.', 0.9, 0, 1),
    dedupe: number(
      'Duplicates from',
      'Similarity of two prompts (Jaccard, of their 4-grams of characters) from which the later one is left out; at 1 only the same prompt.',
      1,
      0.05,
      1,
    ),
    decontaminate: number(
      'Contaminated from',
      'Similarity to any held-out prompt of any evaluated task from which a problem of the pool is left out; what SFT trains on is not looked at. At 1 only the same prompt, which is held out anyway: then nothing is ever removed.',
      1,
      0.05,
      1,
    ),
    refreshEvery: integer('Refresh every', 'GRPO steps between two selections; 0 keeps the first.', 0, 0, 100_000),
    refreshBy: choice(
      'Refresh by',
      "measured: the pool is answered again. answered: the pass rates of GRPO's own groups, which cost nothing but tell nothing of problems that were not drawn.",
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

/** Tells what does not fit, by path. @returns whether the tasks are there: nothing else can be told otherwise */
export function checkData(recipe: DataFields, issue: (path: (string | number)[], message: string) => void): boolean {
  const checkLevel = (path: (string | number)[], name: string, level: number) => {
    const { min, max, unit } = taskOf(recipe, name).level;
    if (level < min || level > max) issue(path, `${name} has ${min} to ${max} ${unit}, not ${level}`);
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
        issue([...path, i], `${task} at ${level} is listed twice`);
    });
  recipe.evaluation.others.forEach(({ task, level }, i) => {
    if (task === recipe.task.name && level === recipe.task.level)
      issue(['evaluation', 'others', i], `${task} at ${level} is the recipe's own task, which is evaluated anyway`);
  });
  for (const name of ['clusters', 'rlClusters'] as const) {
    const examples = passLength(recipe.data[name]);
    if (examples > MOST_EXAMPLES_A_PASS)
      issue(['data', name], `a pass would be ${examples} examples; at most ${MOST_EXAMPLES_A_PASS} fit`);
  }
  if (recipe.curation.low > recipe.curation.high)
    issue(['curation', 'low'], `the band from ${recipe.curation.low} to ${recipe.curation.high} is empty`);
  return true;
}
