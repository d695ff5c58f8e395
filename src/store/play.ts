/** Playground: models of the columns, sampling, and the completions as they stream. Framework-free. */
import { createStore } from 'zustand/vanilla';
import { outside } from '../lab/play/characters';
import { PlayClient } from '../worker/playClient';
import type { OpenedFolder, PlayMessage, PlayRequest, RunModels } from '../worker/playProtocol';
import { lab } from './lab';
import { messageOf } from './message';
import { MOST_COLUMNS, type PlayNumber } from './playChoice';
import { askedPrompt, defaultModels, namesOf, refOf, runOf, vocabularyOf } from './playModels';
import { emptyColumn, type PlayColumn, type PlaySample, withMessages } from './playSamples';

export interface OpenFolder extends OpenedFolder {
  readonly files: readonly File[];
}

export interface RefusedNumber {
  readonly text: string;
  readonly fault: string;
}

export interface PlayState {
  /** `opening` reads models and compiles kernels. */
  readonly status: 'idle' | 'opening' | 'sampling';
  /** Models of the runs that were looked at, by run. */
  readonly runs: Readonly<Record<string, RunModels>>;
  /** Runs that cannot be read, with the reason. */
  readonly runFaults: Readonly<Record<string, string>>;
  readonly folders: readonly OpenFolder[];
  readonly folderFault: string | null;
  /** Texts of number fields that do not fit, with their faults. */
  readonly refused: Readonly<Partial<Record<PlayNumber, RefusedNumber>>>;
  readonly device: Extract<PlayMessage, { type: 'device' }> | null;
  readonly pace: { readonly tokens: number; readonly seconds: number } | null;
  readonly failed: { readonly message: string; readonly cause: 'lost' | null } | null;
  /** Models on show, each with its completions. */
  readonly columns: readonly PlayColumn[];
  /** Request on show; null before the first. */
  readonly request: PlayRequest | null;
}

export const play = createStore<PlayState>(() => ({
  ...{ status: 'idle', runs: {}, runFaults: {}, folders: [], folderFault: null, refused: {} },
  ...{ device: null, pace: null, failed: null, columns: [], request: null },
}));
const { getState: get, setState: set } = play;
const client = new PlayClient();
/** Counts samplings: messages of an earlier one are dropped. */
let turn = 0;

/** Takes a number that fits. */
export function setNumber(name: PlayNumber, value: number): void {
  const { [name]: _, ...refused } = get().refused;
  set({ refused });
  lab.setState(({ play: choice }) => ({ play: { ...choice, [name]: value } }));
}

/** Keeps a text that does not fit in its field; nothing is sampled meanwhile. */
export const refuseNumber = (name: PlayNumber, refused: RefusedNumber): void =>
  set({ refused: { ...get().refused, [name]: refused } });

/** Reads the models of a run. Keeps the fault of one that cannot be read. */
export async function readModels(run: string): Promise<RunModels | null> {
  try {
    const models = await client.ask((commands) => commands.models(run));
    const { [run]: _, ...runFaults } = get().runFaults;
    set({ runs: { ...get().runs, [run]: models }, runFaults });
    return models;
  } catch (error) {
    set({ runFaults: { ...get().runFaults, [run]: messageOf(error) } });
    return null;
  }
}

export const modelNames = (): readonly string[] => namesOf(lab.getState().play);

export const chooseModels = (models: readonly string[]): void =>
  lab.setState(({ play: choice }) => ({
    play: { ...choice, models: models.slice(0, MOST_COLUMNS), follows: false },
  }));

/** Takes the models of the run on screen, unless the user has chosen some. */
async function followRun(): Promise<void> {
  const { runName } = lab.getState();
  const found = runName === null ? null : await readModels(runName);
  const { play: choice, runName: now } = lab.getState();
  if (!choice.follows || now !== runName) return;
  const models = found && defaultModels(found);
  if (models?.join() !== choice.models?.join()) lab.setState({ play: { ...choice, models } });
}

/** Replaces the model of a column, or adds one after the last. */
export function chooseModel(column: number, name: string): void {
  const names = [...modelNames()];
  names[column] = name;
  chooseModels(names);
}

/** Chooses a run for a column: its newest checkpoint, or else its weights before training. */
export async function chooseRun(column: number, run: string): Promise<void> {
  const models = await readModels(run);
  if (models) chooseModel(column, `${run}@${models.checkpoints[0]?.name ?? 'base'}`);
}

/** Opens a model folder. @returns its name among the models; null if it is none, with the reason in `folderFault` */
export async function openFolder(files: readonly File[]): Promise<string | null> {
  const name = files[0]?.webkitRelativePath.split('/')[0] || files[0]?.name;
  try {
    if (name === undefined) throw new Error('The folder is empty; choose the folder of a saved model.');
    const opened = await client.ask((commands) => commands.openFolder(name, files));
    const others = get().folders.filter((folder) => folder.name !== name);
    set({ folders: [...others, { ...opened, files }], folderFault: null });
    return `folder:${name}`;
  } catch (error) {
    set({ folderFault: messageOf(error) });
    return null;
  }
}

/** Opens a model folder, and shows it in a column: in place of untrained weights, or in a new one, or in the last. */
export async function openModelFolder(files: readonly File[]): Promise<void> {
  const id = await openFolder(files);
  const names = [...modelNames()];
  if (id === null || names.includes(id)) return;
  const isAlone = names.length === 1 && names[0] === 'base';
  chooseModel(isAlone ? 0 : Math.min(names.length, MOST_COLUMNS - 1), id);
}

/** Applies a batch to the columns. @param at column of the page by column of the request */
function take(batch: readonly PlayMessage[], at: readonly number[]): void {
  const changes: { -readonly [K in keyof PlayState]?: PlayState[K] } = {};
  for (const message of batch) {
    if (message.type === 'device') changes.device = message;
    else if (message.type === 'opened') changes.status = 'sampling';
    else if (message.type === 'pace') changes.pace = message;
    else if (message.type === 'failed') changes.failed = message;
  }
  set({ ...changes, columns: withMessages(get().columns, batch, at) });
}

/** @param at column of the page by column of the request */
async function run(request: PlayRequest, at: readonly number[]): Promise<void> {
  const mine = ++turn;
  set({ status: 'opening', failed: null, pace: null });
  try {
    await client.sample(request, (batch) => mine === turn && take(batch, at));
  } catch (error) {
    if (mine === turn) set({ failed: { message: messageOf(error), cause: null } });
  }
  if (mine === turn) set({ status: 'idle' });
}

/** Request of the choices on screen. @throws naming a model that is not open */
export function requestOf(names: readonly string[]): PlayRequest {
  const state = lab.getState();
  const { temperature, topP, topK, minP, count, seed, maxNew } = state.play;
  const { prompt, problem } = askedPrompt(state);
  const recipe = state.run.start?.recipe ?? null;
  return {
    models: names.map((name) => refOf(name, state, get().folders)),
    ...{ prompt, problem, recipe, prefix: [], first: 0, count, seed, temperature, topP, topK, minP },
    maxNew: maxNew === 0 ? null : maxNew,
  };
}

/** Samples the prompt or the problem with each model. */
export async function startSampling(): Promise<void> {
  const names = modelNames();
  const { folders, refused } = get();
  const vocabularies = names.map((name) => vocabularyOf(name, folders));
  // the fields say what does not fit
  if (Object.keys(refused).length > 0 || outside(askedPrompt(lab.getState()).prompt, vocabularies)) return;
  try {
    const request = requestOf(names);
    set({ request, columns: names.map((model) => emptyColumn(model, request.count)) });
    await run(
      request,
      names.map((_, i) => i),
    );
  } catch (error) {
    set({ failed: { message: messageOf(error), cause: null } });
  }
}

/** Stops at once. The tokens so far stay. */
export function stopSampling(): void {
  turn++;
  set({ status: 'idle' });
  void client.stop();
}

const replaceSample = (column: number, sample: number, by: (old: PlaySample) => PlaySample): void =>
  set(({ columns }) => ({
    columns: columns.map((one, c) =>
      c === column ? { ...one, samples: one.samples.map((old, s) => (s === sample ? by(old) : old)) } : one,
    ),
  }));

/** Continues a completion from another token at a position. The completion before can be restored. */
export async function branch(column: number, sample: number, at: number, id: number): Promise<void> {
  const { request, columns } = get();
  const model = request?.models[column];
  const old = columns[column]?.samples[sample];
  if (!request || !model || !old) return;
  const prefix = [...old.ids.slice(0, at), id];
  replaceSample(column, sample, () => ({ ...emptyColumn('', 1).samples[0]!, branch: { at, before: old } }));
  await run({ ...request, models: [model], prefix, first: sample, count: 1 }, [column]);
}

/** Restores the completion before the last branch. */
export function undoBranch(column: number, sample: number): void {
  if (get().status !== 'idle') stopSampling();
  replaceSample(column, sample, (old) => old.branch?.before ?? old);
}

/** The view is on screen: its worker stays, and the models follow the run on screen. @returns a function for when it is left */
export function enterPlayground(): () => void {
  client.enter();
  void followRun();
  const runs = modelNames().flatMap((name) => runOf(name)?.run ?? []);
  for (const run of new Set(runs)) void readModels(run);
  const end = lab.subscribe((state, before) => {
    if (state.runName !== before.runName || state.saved !== before.saved) void followRun();
  });
  return () => {
    end();
    client.leave();
  };
}
