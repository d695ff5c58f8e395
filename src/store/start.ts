/** What is asked before a run begins: whether it may end the one on screen, and whether it may take that much memory. */
import { recipeByName } from '../lab/recipe/presets';
import { mebibytes } from '../units';
import { playRecording, trainDraft } from './control';
import { chooseRecipe } from './draft';
import { type LabState, lab } from './lab';
import { draftMemory } from './memory';
import { memoryShare } from './memoryShare';
import { draftProgramFault, PROGRAM, programFault } from './program';
import { ask } from './question';
import { changesAtStake } from './replace';

/** The recipe for the CPU. */
export const SMALL_RECIPE = 'parity-8-nano';

/** What the run on screen would lose: a recording can be played again, a run that failed or has no steps has nothing to keep. */
export function runAtStake({ source, status, run }: Pick<LabState, 'source' | 'status' | 'run'>): string | null {
  const steps = run.sft.length + run.grpo.length;
  if (source !== 'live' || status === 'failed' || steps === 0) return null;
  const title = run.start?.recipe.title ?? 'The run';
  return status === 'playing' || status === 'paused'
    ? `“${title}” is training here, ${steps} steps so far. It ends, and its charts, rollouts and weights are gone.`
    : `“${title}” trained here, ${steps} steps. Its charts and rollouts are on this page alone, and are gone.`;
}

/** Warns that the draft may be too large for this device; null where it is not, and where that holds training back. */
function memoryDoubt(memory: LabState['memory']): string | null {
  if (memory === null) return 'How much memory it takes is not known yet.';
  if ('refused' in memory) return null;
  const { bytes, of } = memoryShare();
  if (memory.peak <= bytes) return null;
  return `It takes about ${mebibytes(memory.peak)} of memory, more than ${of}. The browser may end the page.`;
}

export interface HeldBack {
  /** Fields that do not fit, and the program of an own term that does not run though it has a weight. */
  readonly paths: readonly string[];
  /** The reason for which the recipe does not fit the device; null where it fits. */
  readonly memory: string | null;
}

/** Says what is known to keep the draft from training; null where nothing is. */
export function heldBack(state: Pick<LabState, 'draft' | 'refused' | 'checked' | 'memory'>): HeldBack | null {
  const program = programFault(state) === null ? [] : [PROGRAM];
  const paths = [...new Set([...Object.keys(state.refused), ...program])];
  const memory = state.memory && 'refused' in state.memory ? state.memory.refused : null;
  return paths.length > 0 || memory !== null ? { paths, memory } : null;
}

/** A second press within this time is a double click, ms. */
const DOUBLE_CLICK_MS = 1000;
let pressed = Number.NEGATIVE_INFINITY;

const isDoubleClick = () => performance.now() - pressed < DOUBLE_CLICK_MS;

async function train(): Promise<void> {
  pressed = performance.now();
  await trainDraft();
}

/** Trains the draft, unless it is known not to run; asks first where that ends a run, or takes much memory. */
export async function startTraining(): Promise<void> {
  if (isDoubleClick()) return;
  const [memory] = await Promise.all([draftMemory(), draftProgramFault()]);
  if (heldBack(lab.getState())) return;
  const atStake = runAtStake(lab.getState());
  const doubt = memoryDoubt(memory);
  const reasons = [atStake, doubt].filter((reason) => reason !== null);
  const title = `Train “${lab.getState().draft.title}”?`;
  if (reasons.length > 0 && !(await ask({ title, reasons, confirm: 'Start training' }))) return;
  await train();
}

/**
 * On the CPU: the small recipe with the changes that were made to it, in place of any other. Asks once about all that is lost;
 * the draft stays until that is answered. The small recipe fits every device, so its memory is not asked about.
 */
export async function trainSmall(): Promise<void> {
  if (lab.getState().draft.name === SMALL_RECIPE) return startTraining();
  if (isDoubleClick()) return;
  const small = recipeByName(SMALL_RECIPE);
  const changes = changesAtStake(small);
  const reasons = [changes, runAtStake(lab.getState())].filter((reason) => reason !== null);
  const confirm = changes === null ? 'Start training' : 'Drop them and train';
  if (reasons.length > 0 && !(await ask({ title: `Train “${small.title}”?`, reasons, confirm }))) return;
  chooseRecipe(SMALL_RECIPE);
  await train();
}

/** Plays the recording from its start; asks first where that ends a run. */
export async function restartRecording(): Promise<void> {
  const atStake = runAtStake(lab.getState());
  if (atStake && !(await ask({ title: 'Play the recording?', reasons: [atStake], confirm: 'Play the recording' })))
    return;
  await playRecording();
}
