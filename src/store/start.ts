/** Questions before a run starts: it may end the run on screen, take much memory, or take long. */
import { recipeByName } from '../lab/recipe/presets';
import type { Recipe } from '../lab/recipe/recipe';
import { mebibytes } from '../units';
import type { Compute } from '../worker/protocol';
import { playRecording, trainRecipe } from './control';
import { SMALL_RECIPE } from './cpuSpeed';
import { type LabState, lab } from './lab';
import { draftMemory, fittingDraft, memoryOf } from './memory';
import { memoryShare } from './memoryShare';
import { draftProgramFault, PROGRAM, programFault } from './program';
import { ask } from './question';

type OnScreen = Pick<LabState, 'source' | 'status' | 'run' | 'runName' | 'saved'>;

/** Title and latest step of a run that trained in this tab. Null for other runs, a failed run and a run without steps. */
function trainedHere({ source, status, run }: OnScreen): { title: string; place: string; isTraining: boolean } | null {
  const [sft, grpo] = [run.sft.at(-1), run.grpo.last];
  if (source !== 'live' || status === 'failed' || (!sft && !grpo)) return null;
  const isTraining = status === 'playing' || status === 'paused';
  const place = grpo ? `GRPO step ${grpo.step}` : `SFT step ${sft!.step}`;
  return { title: run.start?.recipe.title ?? 'The run', place, isTraining };
}

/** Words for a run that is not stored, and would be lost. */
const lostWords = ({ title, place, isTraining }: NonNullable<ReturnType<typeof trainedHere>>): string =>
  isTraining
    ? `“${title}” is training here, now at ${place}. It will end, and its charts, rollouts and weights will be lost.`
    : `“${title}” trained here, to ${place}. Only this page has its charts and rollouts; they will be lost.`;

/** Describes the run on screen that a new run would end. Null if it loses and stops nothing. */
export function runAtStake(state: OnScreen): string | null {
  const here = trainedHere(state);
  if (!here) return null;
  if (state.runName === null) return lostWords(here);
  if (!here.isTraining) return null;
  return `“${here.title}” is training here, now at ${here.place}. It stops and stays in Runs; you can continue it.`;
}

/** Describes what closing or reloading the page costs. Null if nothing is lost: a paused run has its checkpoint. */
export function leavingCosts(state: OnScreen): string | null {
  const here = trainedHere(state);
  if (!here) return null;
  if (state.runName === null) return lostWords(here);
  if (state.status !== 'playing') return null;
  const { saved } = state;
  const place = saved && saved.step > 0 ? `step ${saved.step} of ${saved.stage.toUpperCase()}` : null;
  const from = place ? `from its last checkpoint, ${place}` : 'from its last checkpoint';
  return `“${here.title}” is training here. It stops and stays in Runs; you can continue it ${from}.`;
}

/**
 * Warns that a run may be too large for this device. Null if it is small enough, or if `heldBack` reports it.
 * @param fitting finds a change with which it takes at most that memory
 */
async function memoryDoubt(memory: LabState['memory'], fitting: typeof fittingDraft): Promise<string | null> {
  if (memory === null) return 'Its memory is not known yet.';
  if ('refused' in memory) return null;
  const { bytes, of } = memoryShare();
  if (memory.peak <= bytes) return null;
  const change = await fitting(bytes);
  const help = change ? ` ${change.field} = ${change.to} in place of ${change.from} takes less than that.` : '';
  return `It takes about ${mebibytes(memory.peak)} of memory, more than ${of}. The browser may close the page.${help}`;
}

/** Warns that the draft, or another recipe in its place, takes long. The measured speed loads after the first picture. */
const timeDoubt = (by: Partial<Pick<LabState, 'draft' | 'memory'>> = {}): Promise<string | null> =>
  import('./speed').then(
    (speed) => speed.timeDoubt({ ...lab.getState(), ...by }),
    () => null,
  );

export interface HeldBack {
  /** Paths of refused edits, and of a faulty program whose term has a weight. */
  readonly paths: readonly string[];
  /** Reason why the recipe does not fit the device, or null. */
  readonly memory: string | null;
}

/** Known reasons that prevent training the draft, or null. */
export function heldBack(state: Pick<LabState, 'draft' | 'refused' | 'checked' | 'memory'>): HeldBack | null {
  const program = programFault(state) === null ? [] : [PROGRAM];
  const paths = [...new Set([...Object.keys(state.refused), ...program])];
  const memory = state.memory && 'refused' in state.memory ? state.memory.refused : null;
  return paths.length > 0 || memory !== null ? { paths, memory } : null;
}

/** Maximum time between the presses of a double click, ms. */
const DOUBLE_CLICK_MS = 1000;
let pressed = Number.NEGATIVE_INFINITY;

/** True for the second press of a double click. After a run that failed at once, a press is a new attempt. */
const isDoubleClick = () => lab.getState().status !== 'failed' && performance.now() - pressed < DOUBLE_CLICK_MS;

/** Trains a recipe and shows it. */
async function train(recipe: Recipe, compute: Compute): Promise<void> {
  pressed = performance.now();
  lab.setState({ screen: 'train', newRun: null, newRunField: null });
  await trainRecipe(recipe, compute);
}

/** Trains the draft, unless something prevents it. Asks first if that ends a run, takes much memory or takes long. */
export async function startTraining(): Promise<void> {
  if (isDoubleClick()) return;
  const [memory] = await Promise.all([draftMemory(), draftProgramFault()]);
  if (heldBack(lab.getState())) return;
  const atStake = runAtStake(lab.getState());
  const doubts = await Promise.all([memoryDoubt(memory, fittingDraft), timeDoubt()]);
  const reasons = [atStake, ...doubts].filter((reason) => reason !== null);
  const title = `Train “${lab.getState().draft.title}”?`;
  if (reasons.length > 0 && !(await ask({ title, reasons, confirm: 'Start training' }))) return;
  const { draft, compute } = lab.getState();
  await train(draft, compute);
}

/**
 * Trains another recipe than the draft, which stays as it is. Asks first if that ends a run, takes much memory or takes long.
 * @throws naming what does not fit the device
 */
export async function startRecipe(recipe: Recipe): Promise<void> {
  if (isDoubleClick()) return;
  const memory = await memoryOf(recipe);
  if (memory && 'refused' in memory) throw new Error(memory.refused);
  const atStake = runAtStake(lab.getState());
  const doubts = await Promise.all([memoryDoubt(memory, async () => null), timeDoubt({ draft: recipe, memory })]);
  const reasons = [atStake, ...doubts].filter((reason) => reason !== null);
  const title = `Train “${recipe.title}”?`;
  if (reasons.length > 0 && !(await ask({ title, reasons, confirm: 'Start training' }))) return;
  void train(recipe, lab.getState().compute);
}

/** Trains the small recipe on the CPU. The draft stays as it is. The small recipe fits every device. */
export async function trainSmall(): Promise<void> {
  if (isDoubleClick()) return;
  const small = recipeByName(SMALL_RECIPE);
  const atStake = runAtStake(lab.getState());
  const question = { title: `Train “${small.title}”?`, confirm: 'Start training' };
  if (atStake && !(await ask({ ...question, reasons: [atStake] }))) return;
  await train(small, 'cpu');
}

/** Plays the recording from its start. Asks first if that ends a run. */
export async function restartRecording(): Promise<void> {
  const atStake = runAtStake(lab.getState());
  if (atStake && !(await ask({ title: 'Play the recording?', reasons: [atStake], confirm: 'Play the recording' })))
    return;
  await playRecording();
}
