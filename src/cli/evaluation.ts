/** Parts that the evaluating commands share: saved models, tasks at levels, token budgets, problems, tables. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { heldOutProblems } from '../data/problems';
import type { SavedModel } from '../formats/model';
import { tokenBudget } from '../lab/evaluate/budget';
import { measuredCheckpoint } from '../lab/evaluate/models';
import { BASE } from '../lab/play/models';
import { parseRecipe, type Recipe } from '../lab/recipe/recipe';
import { splitFault } from '../lab/recipe/task';
import { excerpt, quote } from '../quote';
import { nodeFiles } from '../runs/nodeFiles';
import type { Interval } from '../stats';
import { taskByName } from '../tasks';
import { OWN, type OwnProblems, ownTask } from '../tasks/own';
import type { Problem, Task } from '../tasks/task';
import { percent } from '../units';
import { ADAPTER } from './adapter';
import type { Given } from './command';
import { maxNewOf } from './context';
import {
  checkTemperature,
  InputError,
  input,
  inputAsync,
  JSON_OPTION,
  numeric,
  readJson,
  readModel,
  SEED,
} from './input';
import { modelPlace } from './modelPlace';
import { isStoredRun, runAndCheckpoint } from './runPlace';

export interface TrainedModel {
  /** As the user named it: a folder, a run or a checkpoint. */
  readonly place: string;
  /** Folders into which no result may be written. */
  readonly folders: readonly string[];
  readonly model: SavedModel;
  /** SHA-256 of the model's files: config, tensors, tokenizer, and generation config if there is one. */
  readonly digest: string;
  /** Recipe of its training; null if the folder has none. */
  readonly recipe: Recipe | null;
}

/** Recipe of a training: in its checkpoint's state, or beside a model of an earlier version; null if there is none. */
function recipeOf(folder: string): Recipe | null {
  for (const [name, of] of [
    ['recipe.json', (value: unknown) => value],
    ['state.json', (value: unknown) => (value as { recipe?: unknown } | null)?.recipe],
  ] as const) {
    const file = path.join(folder, name);
    if (existsSync(file)) return input(() => parseRecipe(of(readJson(file)), file));
  }
  return null;
}

/**
 * Reads a model and its recipe.
 * @param place folder of a model or a run, a checkpoint, or `RUN@base` for the weights before training
 * @throws naming the file and the fault
 */
export async function readTrainedModel(place: string): Promise<TrainedModel> {
  const { run, checkpoint } = runAndCheckpoint(place);
  if (checkpoint === BASE && isStoredRun(run)) {
    const found = await inputAsync(() => measuredCheckpoint(nodeFiles(run), BASE));
    return { place, folders: [run], ...found };
  }
  const { folder, folders } = await modelPlace(place);
  const digest = createHash('sha256');
  const model = readModel(folder, (bytes) => digest.update(bytes));
  return { place, folders, model, digest: digest.digest('hex'), recipe: recipeOf(folder) };
}

export interface AskedTask {
  readonly task: Task;
  readonly level: number;
}

/**
 * Resolves a task and its level.
 * @param level default: the level that the first model was trained on, else the default of the task
 * @param file own problems; default: those that one of the models was trained on
 */
export function askedTask(
  name: string,
  level: string | undefined,
  models: readonly TrainedModel[],
  file: OwnProblems | null = null,
): AskedTask {
  if (file && name !== OWN)
    throw new InputError(`--data is for the task ${OWN}, not for ${excerpt(name)}; use --task ${OWN}`);
  const own = file ?? models.find(({ recipe }) => recipe && recipe.own.problems.length > 0)?.recipe?.own;
  const task = input(() => (name === OWN && own ? (ownTask(own) as Task) : taskByName(name)));
  const { min, max, initial } = task.level;
  const trained = models.find(({ recipe }) => recipe?.task.name === name)?.recipe?.task.level;
  // another file of own problems may not have the level of the training
  const usual = file ? initial : (trained ?? initial);
  const asked = { task, level: numeric(level, 'level', usual, { min, max, whole: true }) };
  const fault = name === OWN && own ? splitFault(own, asked.level) : null;
  if (fault) throw new InputError(fault);
  return asked;
}

/**
 * Resolves a list of tasks at levels, such as `parity:8,addition`.
 * @param file own problems, for the task own in the list
 */
export function askedTasks(
  list: string,
  models: readonly TrainedModel[],
  option: string,
  file: OwnProblems | null = null,
): AskedTask[] {
  return list.split(',').map((text) => {
    const [name = '', level, ...more] = text.trim().split(':');
    if (more.length > 0)
      throw new InputError(`--${option}: ${quote(text)} is not of the form task:level; use for example parity:8`);
    return askedTask(name, level, models, name === OWN ? file : null);
  });
}

/** Token budget of an answer, the same for all models. */
export const budgetFor = (asked: AskedTask, models: readonly Pick<TrainedModel, 'recipe'>[]): number =>
  tokenBudget(
    asked,
    models.map(({ recipe }) => recipe),
  );

/** Value of an option that names a model. */
export const MODEL_VALUE = 'DIR[@NAME]';
export const MODEL = {
  type: 'string',
  value: MODEL_VALUE,
  required: true,
  help: 'folder of a saved model, or a run: its newest checkpoint, or the named one, such as runs/a@grpo-20, or RUN@base before training',
} as const;
export const TASK = { type: 'string', value: 'NAME', required: true, help: 'name of the task' } as const;
export const LEVEL = {
  type: 'string',
  value: 'N',
  help: 'level of the task (default: the level that the model was trained on, else the default of the task)',
} as const;
export const MAX_NEW = {
  type: 'string',
  value: 'N',
  help: 'maximum new tokens per answer, within the context of the model (default: the budget of its training, and room for the longest trace)',
} as const;
export const SEED_OPTION = {
  type: 'number',
  ...SEED,
  initial: 0,
  help: 'the same seed gives the same answers',
} as const;
export const temperatureOption = (initial: number) =>
  ({ type: 'number', value: 'T', min: 0, max: 100, initial, help: 'sampling temperature; 0 is greedy' }) as const;

export const EVALUATION_OPTIONS = {
  problems: { type: 'number', min: 1, max: 100_000, whole: true, initial: 256, help: 'number of held-out problems' },
  runs: {
    type: 'number',
    min: 1,
    max: 10_000,
    whole: true,
    initial: 5,
    help: 'independent runs over the same problems',
  },
  temperature: temperatureOption(0.8),
  'max-new': MAX_NEW,
  seed: SEED_OPTION,
  'problem-seed': { type: 'number', ...SEED, help: 'seed that draws the problems (default: --seed)' },
  adapter: ADAPTER,
  json: JSON_OPTION,
} as const;

export interface AskedEvaluation extends AskedTask {
  readonly problems: readonly Problem[];
  readonly runs: number;
  readonly sampling: { readonly temperature: number; readonly maxNew: number; readonly seed: number };
}

/**
 * Reads `--max-new` of an evaluation.
 * @throws naming the model if the model lacks a character of a prompt or room for the tokens
 */
export function maxNewFor(
  text: string | undefined,
  { place, model, recipe }: TrainedModel,
  prompts: readonly string[],
  usual: number,
): number {
  return input(() => {
    const prompt = Math.max(...prompts.map((prompt) => model.tokenizer.chatPrompt(prompt).length));
    return maxNewOf(text, model.config, { prompt, usual, trusted: recipe !== null });
  }, place);
}

/** Resolves the evaluation of a task, the same for all models. */
export function askedEvaluation(
  given: Given<typeof EVALUATION_OPTIONS>,
  asked: AskedTask,
  models: readonly TrainedModel[],
): AskedEvaluation {
  const { task, level } = asked;
  const { seed, runs } = given;
  const temperature = checkTemperature(given.temperature);
  const problems = input(() => heldOutProblems(task, level, given.problems, given['problem-seed'] ?? seed));
  const prompts = problems.map(({ prompt }) => prompt);
  const maxNew = Math.min(
    ...models.map((model) => maxNewFor(given['max-new'], model, prompts, budgetFor(asked, models))),
  );
  return {
    task,
    level,
    problems,
    runs,
    sampling: { temperature, maxNew, seed },
  };
}

/** A standard deviation, which a single sample does not have. */
export const percentOr = (share: number | null, digits = 1): string =>
  share === null ? 'n.a.' : percent(share, digits);

/** "from 34.2 % to 100.0 %" */
export const fromTo = ({ low, high }: Interval): string => `from ${percent(low)} to ${percent(high)}`;

/** Text table with columns as wide as their widest cell, the first one left-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
