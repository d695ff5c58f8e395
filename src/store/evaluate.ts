/** Evaluate tab: evaluations of stored models and opened folders, their results, and comparisons of two. Framework-free. */
import { createStore } from 'zustand/vanilla';
import { type PairedComparison, problemsKey } from '../lab/evaluate/compare';
import { EvaluationClient } from '../worker/evaluationClient';
import type {
  EvaluationMessage,
  EvaluationRequest,
  EvaluationRow,
  StoredEvaluations,
  TaskAtLevel,
} from '../worker/evaluationProtocol';
import type { RunModels } from '../worker/playProtocol';
import { type EvaluateChoice, type EvaluateNumber, taskAtLevel } from './evaluateChoice';
import { lab } from './lab';
import { messageOf } from './message';
import { play, readModels } from './play';
import { refOf, runOf } from './playModels';
import { runs } from './runs';

/** Evaluation in progress: the task, and its answers so far. */
export interface EvaluationProgress {
  readonly tasks: readonly TaskAtLevel[];
  readonly index: number;
  readonly answered: number;
  /** Answers of one task; null until they are known. */
  readonly total: number | null;
}

export interface EvaluateState {
  readonly running: EvaluationProgress | null;
  /** Results, stored ones and those of this visit. */
  readonly rows: readonly EvaluationRow[];
  /** True once the stored ones were read. */
  readonly isRead: boolean;
  /** Damaged records, or why none can be read. */
  readonly faults: readonly string[];
  /** Ids of the results of the last evaluation, in the order of its tasks. */
  readonly latest: readonly string[];
  /** Fault of the last evaluation, and its cause; null without one. */
  readonly failed: Omit<Extract<EvaluationMessage, { type: 'failed' }>, 'type'> | null;
  /** Reason why the last result is not stored. */
  readonly unstored: string | null;
  readonly device: Extract<EvaluationMessage, { type: 'device' }> | null;
  readonly comparison: PairedComparison | null;
  readonly comparisonFault: string | null;
  /** Texts of number fields that do not fit, with their faults. */
  readonly refused: Readonly<Partial<Record<EvaluateNumber, { readonly text: string; readonly fault: string }>>>;
}

export const evaluate = createStore<EvaluateState>(() => ({
  ...{ running: null, rows: [], isRead: false, faults: [], latest: [], failed: null, unstored: null },
  ...{ device: null, comparison: null, comparisonFault: null, refused: {} },
}));
const { getState: get, setState: set } = evaluate;
const client = new EvaluationClient();
/** Counts evaluations: messages of a stopped one are dropped. */
let turn = 0;

export const choose = (by: Partial<EvaluateChoice>): void =>
  lab.setState(({ evaluation }) => ({ evaluation: { ...evaluation, ...by } }));

/** Takes a number that fits, or keeps a text with its fault; nothing is evaluated meanwhile. */
export function setChoice(name: EvaluateNumber, text: string, value: number, fault: string | null): void {
  const { [name]: _, ...others } = get().refused;
  set({ refused: fault === null ? others : { ...others, [name]: { text, fault } } });
  if (fault === null) choose({ [name]: value });
}

/** Name of the model on show: the chosen one, or the newest checkpoint of the newest run. Null without runs. */
export function modelOnShow(
  { model }: Pick<EvaluateChoice, 'model'>,
  list: readonly { readonly name: string }[],
  models: Readonly<Record<string, RunModels>>,
): string | null {
  if (model !== null) return model;
  const run = list[0]?.name;
  return run === undefined ? null : `${run}@${models[run]?.checkpoints[0]?.name ?? 'base'}`;
}

/** Tasks on show: the chosen ones, or the task of the model's training. */
export function tasksOnShow(
  { tasks }: Pick<EvaluateChoice, 'tasks'>,
  recipe: RunModels['recipe'],
): readonly TaskAtLevel[] {
  if (tasks) return tasks.flatMap((text) => taskAtLevel(text) ?? []);
  return [recipe ? { task: recipe.task.name, level: recipe.task.level } : { task: 'parity', level: 8 }];
}

/** Recipe of a model; null if it is unknown. */
export function recipeOfModel(
  name: string | null,
  { runs: models, folders }: Pick<ReturnType<typeof play.getState>, 'runs' | 'folders'>,
): RunModels['recipe'] {
  const run = name === null ? null : runOf(name)?.run;
  if (run) return models[run]?.recipe ?? null;
  return folders.find((folder) => name === `folder:${folder.name}`)?.recipe ?? null;
}

/** Chooses a run: its newest checkpoint, or else its weights before training. */
export async function chooseEvaluatedRun(run: string): Promise<void> {
  const models = await readModels(run);
  if (models) choose({ model: `${run}@${models.checkpoints[0]?.name ?? 'base'}`, tasks: null });
}

/** Reads the stored evaluations. Those of this visit that are not stored stay. */
export async function readEvaluations(): Promise<void> {
  let stored: StoredEvaluations;
  try {
    stored = await client.ask((commands) => commands.list());
  } catch (error) {
    stored = { rows: [], faults: [messageOf(error)] };
  }
  const unstored = get().rows.filter(({ file }) => file === null);
  set({ rows: [...stored.rows, ...unstored], faults: stored.faults, isRead: true });
  await compareChosen();
}

function take(message: EvaluationMessage): void {
  const { running, rows, latest } = get();
  if (message.type === 'device') set({ device: message });
  else if (message.type === 'progress') set({ running: running && { ...running, ...message } });
  else if (message.type === 'failed') set({ failed: message });
  else if (message.type === 'evaluated') {
    const { row, unstored } = message;
    set({ rows: [...rows.filter(({ id }) => id !== row.id), row], latest: [...latest, row.id], unstored });
  }
}

/** Request of the choices on screen; null while one does not fit. @throws naming a folder that is not open */
function asked(): EvaluationRequest | null {
  const state = lab.getState();
  const { evaluation } = state;
  const name = modelOnShow(evaluation, runs.getState().list, play.getState().runs);
  if (name === null || Object.keys(get().refused).length > 0) return null;
  const tasks = tasksOnShow(evaluation, recipeOfModel(name, play.getState()));
  const { problems, temperature, seed } = evaluation;
  const samples = temperature === 0 ? 1 : evaluation.samples; // greedy answers are all the same
  return { model: refOf(name, state, play.getState().folders), tasks, problems, samples, temperature, seed };
}

/** Evaluates the chosen model on the chosen tasks. A training goes on meanwhile. */
export const startEvaluation = (): Promise<void> => evaluateAs(asked);

/** Evaluates as asked, unless an evaluation runs. @param asking gives the request; null for none */
export async function evaluateAs(asking: () => EvaluationRequest | null): Promise<void> {
  if (get().running) return;
  const mine = ++turn;
  set({ failed: null, unstored: null });
  try {
    const request = asking();
    if (!request) return;
    set({ running: { tasks: request.tasks, index: 0, answered: 0, total: null }, latest: [] });
    await client.evaluate(request, (message) => mine === turn && take(message));
  } catch (error) {
    if (mine === turn) set({ failed: { message: messageOf(error), cause: null } });
  }
  if (mine === turn) set({ running: null });
}

/** Stops at once. Finished passes stay on disk; the same evaluation continues from there. */
export function stopEvaluation(): void {
  turn++;
  client.stop();
  set({ running: null });
  void readEvaluations();
}

/** Compares the two chosen evaluations, if there are two on the same problems. */
async function compareChosen(): Promise<void> {
  const wanted = lab.getState().evaluation.compared;
  const [a, b] = wanted.map((id) => get().rows.find((row) => row.id === id));
  set({ comparison: null, comparisonFault: null });
  if (!a || !b) return;
  const found = await client
    .ask((commands) => commands.compare(a, b))
    .then(
      (comparison) => ({ comparison, comparisonFault: null }),
      (error: unknown) => ({ comparison: null, comparisonFault: messageOf(error) }),
    );
  if (lab.getState().evaluation.compared === wanted) set(found);
}

/** Chooses evaluations to compare. */
export async function compare(compared: EvaluateChoice['compared']): Promise<void> {
  choose({ compared });
  await compareChosen();
}

/** True if two evaluations are of the same problems. */
export const areComparable = (a: EvaluationRow, b: EvaluationRow): boolean =>
  problemsKey(a.header) === problemsKey(b.header);

/** Frees the memory of the worker, unless it evaluates. */
export const leaveEvaluations = (): void => client.leave();

/** The tab is on screen: it reads the models of the runs and the stored evaluations. @returns a function for when it is left */
export function enterEvaluate(): () => void {
  void readEvaluations();
  const readShown = () => {
    const name = modelOnShow(lab.getState().evaluation, runs.getState().list, play.getState().runs);
    const run = name === null ? null : runOf(name)?.run;
    const { runs: known, runFaults } = play.getState();
    if (run && !known[run] && runFaults[run] === undefined) void readModels(run);
  };
  readShown();
  const ends = [runs.subscribe(readShown), lab.subscribe(readShown)];
  return () => {
    for (const end of ends) end();
    leaveEvaluations();
  };
}

/** Opens a problem of a comparison in the Playground, for the models of both evaluations. */
export function openInPlayground(
  [a, b]: readonly [EvaluationRow, EvaluationRow],
  problem: NonNullable<PairedComparison['differences'][number]['problem']>,
): void {
  const { prompt, answer } = problem;
  const models = [a, b].flatMap(({ of }) => (of ? `${of.run}@${of.checkpoint}` : []));
  const given = { task: a.header.task, ...problem };
  const { temperature, seed } = a.header;
  lab.setState(({ play: choice }) => ({
    screen: 'playground',
    play: {
      ...{ ...choice, ask: 'prompt' as const, prompt, answer, given, temperature, seed },
      ...(models.length > 0 && { models: [...new Set(models)], follows: false }),
    },
  }));
}
