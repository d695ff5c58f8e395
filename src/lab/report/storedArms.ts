/**
 * Arms of an experiment that stored runs answer. A run answers an arm if it trained the arm's recipe for a seed from start to
 * end, whoever started it: the numbers then mean what those of the experiment mean.
 */
import { parseJsonFile } from '../../json';
import { listCheckpoints } from '../../runs/checkpoints';
import { type Files, filesWithin } from '../../runs/files';
import { Journal } from '../../runs/journal';
import { metaSchema } from '../../runs/meta';
import { META, RECIPE, SUMMARY } from '../../runs/runFolder';
import { parseAs } from '../../validation';
import { checkpointOfRecord, storedRecords } from '../evaluate/records';
import { parseRecipe, type Recipe } from '../recipe/recipe';
import { trainedText } from '../recipe/recipeHash';
import { eventSchemas } from '../run/eventSchema';
import type { Summary } from '../run/events';
import type { StepSize } from '../run/memory';
import { stepSizeOf } from '../run/stepSize';
import { hasChanges } from '../stored/changes';
import { hasEnded } from '../stored/continuation';
import { type Arm, type ArmEvaluation, recipeOfRun } from './arm';
import type { Experiment } from './experiment';
import { experimentById } from './index';
import { armReport } from './outcome';

/** Stored run of an arm. */
export interface ArmRunFound {
  readonly run: string;
  readonly title: string;
  /** False for a run that stopped before its end, or still trains. */
  readonly hasEnded: boolean;
  /** Device that trained it. */
  readonly adapter: string;
  /** Newest checkpoint, whose model the arm evaluates; null without one. */
  readonly checkpoint: string | null;
}

/** An arm for one seed of which some run is stored. */
export interface StoredArm {
  readonly arm: string;
  readonly seed: number;
  /** Stored run for each run of the arm; null where there is none. */
  readonly runs: readonly (ArmRunFound | null)[];
  /** Finished answers to each problem of the arm's evaluation; null if the arm has none. */
  readonly answers: number | null;
  /** One number per column; null until every run has ended and the evaluation is complete. */
  readonly cells: readonly (number | null)[] | null;
}

interface Candidate {
  readonly files: Files;
  readonly recipe: Recipe;
  /** Text of what the run trained by. */
  readonly text: string;
  readonly created: string;
  readonly summary: Summary | null;
  readonly found: ArmRunFound;
}

async function jsonIn(files: Files, file: string): Promise<unknown> {
  const bytes = await files.read(file);
  return bytes && parseJsonFile(bytes, file);
}

/** Run of a folder; null if it is a fork, or cannot be read: the list of runs shows its fault. */
async function candidateIn(files: Files, run: string): Promise<Candidate | null> {
  try {
    const meta = metaSchema.parse(await jsonIn(files, META));
    if (meta.parent !== null) return null;
    const recipe = parseRecipe(await jsonIn(files, RECIPE));
    const stored = await jsonIn(files, SUMMARY);
    const event = { type: 'end', summary: stored };
    const summary = hasEnded(stored) ? parseAs(eventSchemas.end, event, SUMMARY).summary : null;
    const [newest] = (await listCheckpoints(files)).checkpoints;
    const about = { adapter: summary?.adapter ?? meta.adapter, checkpoint: newest?.name ?? null };
    const found = { run, title: meta.title || recipe.title, hasEnded: summary !== null, ...about };
    return { files, recipe, text: trainedText(recipe), created: meta.created, summary, found };
  } catch {
    return null;
  }
}

/** Ended runs first, then the newest. */
const byUse = (a: Candidate, b: Candidate): number =>
  Number(b.found.hasEnded) - Number(a.found.hasEnded) || (a.created < b.created ? 1 : -1);

/** Stored runs by what they trained. */
async function candidatesIn(files: Files): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const { name, isFolder } of await files.list('')) {
    if (!isFolder || name.startsWith('.')) continue;
    const candidate = await candidateIn(filesWithin(files, name), name);
    if (candidate) found.push(candidate);
  }
  return found.sort(byUse);
}

/** Passes of the most complete record of an arm's evaluation. */
async function passesOf({ files, recipe, found }: Candidate, asked: ArmEvaluation) {
  const { task, seed } = recipe;
  const { records } = await storedRecords(files);
  const passes = records
    .filter(({ file, header }) => {
      if (checkpointOfRecord(file) !== found.checkpoint || header.task !== task.name) return false;
      const { level, problems, temperature } = header;
      const isAsked = problems === asked.problems && temperature === asked.temperature;
      return isAsked && level === task.level && header.seed === seed;
    })
    .map(({ runs }) => runs);
  return passes.sort((a, b) => b.length - a.length)[0] ?? [];
}

async function storedArm(arm: Arm, seed: number, runs: readonly (Candidate | null)[]): Promise<StoredArm> {
  const ended = runs.flatMap((candidate) => candidate?.summary ?? []);
  const isTrained = ended.length === runs.length;
  const last = runs.at(-1);
  const { evaluation } = arm;
  const passes = evaluation && isTrained && last ? await passesOf(last, evaluation) : [];
  const isEvaluated = evaluation === null || passes.length >= evaluation.samples;
  const report = evaluation && isEvaluated ? armReport(evaluation, passes.slice(0, evaluation.samples)) : null;
  return {
    ...{ arm: arm.arm, seed, runs: runs.map((candidate) => candidate?.found ?? null) },
    answers: evaluation && passes.length,
    cells: isTrained && isEvaluated ? arm.cells({ runs: ended, report }) : null,
  };
}

/** Arms of an experiment that have a stored run, by arm and rising seed. @param files folder of all runs */
export async function storedArms({ arms }: Pick<Experiment, 'arms'>, files: Files): Promise<StoredArm[]> {
  const candidates = await candidatesIn(files);
  const seeds = [...new Set(candidates.map(({ recipe }) => recipe.seed))].sort((a, b) => a - b);
  /** True for a run whose recipe was changed; only runs of an arm are asked. */
  const changed = new Map<Candidate, boolean>();
  const isWhole = async (candidate: Candidate): Promise<boolean> => {
    const known = changed.get(candidate) ?? hasChanges(await Journal.open(candidate.files));
    changed.set(candidate, known);
    return !known;
  };
  const runOf = async (text: string): Promise<Candidate | null> => {
    for (const candidate of candidates) if (candidate.text === text && (await isWhole(candidate))) return candidate;
    return null;
  };
  const found: StoredArm[] = [];
  for (const arm of arms)
    for (const seed of seeds) {
      const runs: (Candidate | null)[] = [];
      for (const run of arm.runs) runs.push(await runOf(trainedText(recipeOfRun(run, seed))));
      if (runs.some((run) => run !== null)) found.push(await storedArm(arm, seed, runs));
    }
  return found;
}

/** Stored arms of an experiment, and the size of each run that its arms take, by the name of the run. */
export interface ReportArms {
  readonly arms: readonly StoredArm[];
  readonly sizes: Readonly<Record<string, StepSize>>;
}

/** Arms of the experiment of an id. @throws listing the known ids if there is none */
export async function storedArmsOf(id: string, files: Files): Promise<ReportArms> {
  const experiment = experimentById(id);
  const runs = experiment.arms.flatMap((arm) => arm.runs);
  const sizes = runs.map((run) => [run.name, stepSizeOf(recipeOfRun(run, 0))]);
  return { arms: await storedArms(experiment, files), sizes: Object.fromEntries(sizes) };
}
