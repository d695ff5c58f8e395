/** `runs diff A B`: the recipe fields that differ, fields that changed in training, and the final metrics side by side. */
import { changedFields } from '../../lab/recipe/changedFields';
import type { Recipe } from '../../lab/recipe/recipe';
import { recipeAt } from '../../lab/stored/changes';
import { storedRecipe } from '../../lab/stored/continuation';
import { excerpt } from '../../quote';
import { runInfo } from '../../runs/list';
import { nodeFiles } from '../../runs/nodeFiles';
import { nodeOwnership } from '../../runs/nodeLock';
import { RunFolder } from '../../runs/runFolder';
import { valueAt } from '../../valueAt';
import { table } from '../evaluation';
import { inputAsync } from '../input';
import { print } from '../output';
import { checkStoredRun } from '../runPlace';
import type { RunAction } from './action';

type Metrics = Readonly<Record<string, number | null>>;

/** Metrics of a summary, by path in it. */
const OF_SUMMARY = ['base', 'sft', 'grpo'].flatMap((stage) =>
  ['steps', 'final_loss', 'greedy_accuracy', 'sampled_accuracy', 'mean_length'].map((name) => `${stage}.${name}`),
);

interface Read {
  readonly recipe: Recipe;
  /** Recipe after the changes of `--apply`. */
  readonly last: Recipe;
  readonly state: string;
  readonly metrics: Metrics;
}

async function readRun(place: string): Promise<Read> {
  checkStoredRun(place, 'runs diff');
  const files = nodeFiles(place);
  const run = await RunFolder.open(files);
  const { journal } = run;
  const recipe = await inputAsync(() => storedRecipe(run));
  const last = await inputAsync(() => recipeAt(journal, journal.events, recipe));
  const { state, stage, step, reward } = await runInfo(files, place, await nodeOwnership(place).holderOf(''));
  const metrics: Record<string, number | null> = {};
  for (const name of OF_SUMMARY) {
    const value = valueAt(run.summary, name);
    metrics[name] = typeof value === 'number' ? value : null;
  }
  metrics['grpo.reward'] = reward;
  const seconds = valueAt(run.summary, 'seconds');
  metrics.seconds = typeof seconds === 'number' ? seconds : null;
  return { recipe, last, state: stage === null ? state : `${state}, ${stage} ${step ?? 0}`, metrics };
}

/** Name of a metric in the table. Lengths are those of greedy answers, in tokens. */
const shownName = (name: string): string => (name.endsWith('.mean_length') ? `${name} (greedy)` : name);
const shownNumber = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(4))));
const shownField = (recipe: Recipe, field: string): string => excerpt(JSON.stringify(valueAt(recipe, field)) ?? '–');

export const diff: RunAction = {
  name: 'diff',
  operands: ['A', 'B'],
  writes: false,
  async run([first = '', second = ''], { json }) {
    const [a, b] = [await readRun(first), await readRun(second)];
    const fields = changedFields(a.recipe, b.recipe);
    const applied = [...new Set([a, b].flatMap(({ recipe, last }) => changedFields(recipe, last)))];
    const names = Object.keys(a.metrics).filter((name) => a.metrics[name] !== null || b.metrics[name] !== null);
    if (json) {
      const valuesOf = (names: readonly string[], of: Recipe, other: Recipe) =>
        names.map((field) => ({ field, a: valueAt(of, field), b: valueAt(other, field) }));
      const recipe = valuesOf(fields, a.recipe, b.recipe);
      const metrics = names.map((name) => ({ name, a: a.metrics[name], b: b.metrics[name] }));
      const state = { a: a.state, b: b.state };
      print(JSON.stringify({ recipe, applied: valuesOf(applied, a.last, b.last), state, metrics }));
      return;
    }
    if (fields.length + applied.length === 0) print('the recipes are equal');
    else
      print(
        table([
          ['recipe field', first, second],
          ...fields.map((field) => [field, shownField(a.recipe, field), shownField(b.recipe, field)]),
          ...applied.map((field) => [`${field} at the end`, shownField(a.last, field), shownField(b.last, field)]),
        ]),
      );
    print('');
    const rows = names.map((name) => [shownName(name), shownNumber(a.metrics[name]!), shownNumber(b.metrics[name]!)]);
    print(table([['result', first, second], ['state', a.state, b.state], ...rows]));
  },
};
