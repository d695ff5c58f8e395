/** Models and prompts of the Playground by name: which there are, which a run on screen suggests, and what the worker needs of each. */
import { LAB_VOCABULARY } from '../lab/play/characters';
import { BrowsedProblems } from '../lab/recipe/browse';
import type { Recipe } from '../lab/recipe/recipe';
import { quote } from '../quote';
import type { AskedProblem, ModelRef, PlayCheckpoint, RunModels } from '../worker/playProtocol';
import type { LabState } from './lab';
import { MOST_COLUMNS } from './playChoice';

/** Name of untrained weights. */
export const UNTRAINED = 'base';
export const FOLDER = 'folder:';

/** Run and checkpoint of a name; null for untrained weights and folders. */
export function runOf(name: string): { readonly run: string; readonly checkpoint: string } | null {
  const at = name.lastIndexOf('@');
  if (at < 1 || name.startsWith(FOLDER)) return null;
  return { run: name.slice(0, at), checkpoint: name.slice(at + 1) };
}

/** Recipe whose untrained weights `base` names: that of the run on screen, else the draft. */
export const recipeOnShow = ({ run, draft }: Pick<LabState, 'run' | 'draft'>): Recipe => run.start?.recipe ?? draft;

/** End of SFT, or else its newest checkpoint. */
const sftOf = (checkpoints: readonly PlayCheckpoint[]): PlayCheckpoint | undefined => {
  const sft = checkpoints.filter(({ stage, step }) => stage === 'sft' && step > 0);
  return sft.find(({ isStageEnd }) => isStageEnd) ?? sft[0];
};

const UNTRAINED_ALONE: readonly string[] = [UNTRAINED];

/** Names of the models of the columns. */
export const namesOf = ({ models }: LabState['play']): readonly string[] => models ?? UNTRAINED_ALONE;

/** Models of a run to compare: before training, after SFT, and the newest. Null if it has none. */
export function defaultModels(models: RunModels): readonly string[] | null {
  const { run, recipe, checkpoints } = models;
  const grpo = checkpoints.find(({ stage, step }) => stage === 'grpo' && step > 0);
  const found = [sftOf(checkpoints), grpo].flatMap((one) => one ?? []);
  const names = [...(recipe ? ['base'] : []), ...found.map(({ name }) => name)];
  return names.length === 0 ? null : names.slice(0, MOST_COLUMNS).map((name) => `${run}@${name}`);
}

interface Folder {
  readonly name: string;
  readonly files: readonly File[];
  readonly vocabulary: readonly string[];
}

/** @throws naming a folder that is not open */
export function refOf(name: string, state: Pick<LabState, 'run' | 'draft'>, folders: readonly Folder[]): ModelRef {
  if (name === UNTRAINED) return { kind: 'untrained', recipe: recipeOnShow(state) };
  const stored = runOf(name);
  if (stored) return { kind: 'run', ...stored };
  const folder = folders.find((one) => name === FOLDER + one.name);
  if (folder) return { kind: 'folder', name: folder.name, files: folder.files };
  if (name.startsWith(FOLDER))
    throw new Error(
      `The folder ${quote(name.slice(FOLDER.length))} is not open; a link has no files, so open it again.`,
    );
  throw new Error(`${quote(name)} names no model; choose another one.`);
}

/** Vocabulary of a model. */
export const vocabularyOf = (name: string, folders: readonly Folder[]): readonly string[] =>
  folders.find((one) => name === FOLDER + one.name)?.vocabulary ?? LAB_VOCABULARY;

/** Problem of the task picker. */
export const browsedProblem = ({ data, draft }: Pick<LabState, 'data' | 'draft'>) =>
  new BrowsedProblems(data.task, data.level, data.seed, draft.own).at(data.index);

/** Problem of the field while nobody has typed: the first of the recipe on screen. */
export function exampleProblem(state: Pick<LabState, 'run' | 'draft'>): AskedProblem {
  const { task, seed, own } = recipeOnShow(state);
  return { task: task.name, ...new BrowsedProblems(task.name, task.level, seed, own).at(0) };
}

/** Prompt to sample, and the problem that judges its completions. */
export function askedPrompt(state: Pick<LabState, 'play' | 'data' | 'run' | 'draft'>): {
  readonly prompt: string;
  readonly problem: AskedProblem | null;
} {
  const { ask, prompt: typed, answer, given } = state.play;
  if (ask === 'problem') {
    const problem = browsedProblem(state);
    return { prompt: problem.prompt, problem: { task: state.data.task, ...problem } };
  }
  const example = typed === null ? exampleProblem(state) : null;
  const prompt = typed ?? example!.prompt;
  if (given?.prompt === prompt && given.answer === answer) return { prompt, problem: given };
  if (answer !== '') return { prompt, problem: { prompt, answer } };
  return { prompt, problem: example };
}
