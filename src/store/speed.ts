/**
 * Speed of this browser's devices, measured while they train and kept over visits, and the time that a recipe takes at it. Without
 * a measurement, a CPU counts as a typical one, and a GPU has no time: its first run measures it.
 */
import { recipeByName } from '../lab/recipe/presets';
import type { Recipe } from '../lab/recipe/recipe';
import type { Stage as RunStage } from '../lab/run/events';
import type { StepSize } from '../lab/run/memory';
import { duration } from '../units';
import { CPU, SMALL_RECIPE, SMALL_SIZE, typicalCpu } from './cpuSpeed';
import { type LabState, lab } from './lab';
import { pace } from './run';

/** `evaluation` answers the held-out problems once, `curation` the pool. */
export type Stage = 'compile' | 'sft' | 'grpo' | 'evaluation' | 'curation';

export interface Measured {
  readonly device: string;
  readonly stage: Stage;
  readonly weights: number;
  /** Seconds per token, if every sequence were the longest; of compiling, seconds per run. */
  readonly seconds: number;
}

const KEY = 'groupthink-speed';
const MOST_KEPT = 60;

/** Sequences of one step; of an evaluation and a curation, its answers. */
const sequencesOf: Readonly<Record<Exclude<Stage, 'compile'>, (recipe: Recipe) => number>> = {
  sft: ({ sft }) => sft.sequences,
  grpo: ({ grpo }) => grpo.prompts * grpo.groupSize,
  evaluation: ({ evaluation }) => 2 * evaluation.problems * (1 + evaluation.others.length),
  curation: ({ curation }) => curation.pool * curation.samples,
};

/** Tokens of one step, if every sequence is the longest. A run compiles once, whatever its sequences. */
const tokensOf = (stage: Stage, recipe: Recipe, { longest }: StepSize): number =>
  stage === 'compile' ? 1 : sequencesOf[stage](recipe) * longest;

/** Curations of a run that answer the pool: one before GRPO, and later ones that measure again. */
function curationsOf({ curation: { select, refreshEvery, refreshBy }, grpo }: Recipe): number {
  if (select === 'none' || grpo.steps === 0) return 0;
  const later = refreshEvery > 0 && refreshBy === 'measured' ? Math.ceil(grpo.steps / refreshEvery) - 1 : 0;
  return 1 + later;
}

/** Steps of a stage; of the others, how often they come. */
const stepsOf: Readonly<Record<Stage, (recipe: Recipe) => number>> = {
  compile: () => 1,
  curation: curationsOf,
  sft: ({ sft }) => sft.steps,
  grpo: ({ grpo }) => grpo.steps,
  evaluation: ({ evaluation }) => (evaluation.base ? 3 : 2),
};

let kept: readonly Measured[] | null = null;

/** Measurements of earlier visits and of this one. */
function measured(): readonly Measured[] {
  if (kept) return kept;
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    kept = Array.isArray(stored) ? stored.filter((one) => one?.seconds > 0 && one.weights > 0) : [];
  } catch {
    kept = []; // refused or damaged: the next run measures again
  }
  return kept;
}

/** Keeps a measurement in place of an earlier one of the same device, stage and size. */
export function noteSpeed(found: Measured): void {
  const same = ({ device, stage, weights }: Measured) =>
    device === found.device && stage === found.stage && weights === found.weights;
  kept = [found, ...measured().filter((one) => !same(one))].slice(0, MOST_KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // refused or full: this visit has it
  }
}

export function forgetSpeed(): void {
  kept = [];
}

/** Measurement of the nearest size; of a typical CPU where this browser's own has none. */
function nearestOf(device: string, stage: Stage, weights: number): Measured | undefined {
  const distance = (one: Measured) => Math.abs(Math.log(one.weights / weights));
  const own = measured().filter((one) => one.device === device && one.stage === stage);
  return own.sort((a, b) => distance(a) - distance(b))[0] ?? (device === CPU ? typicalCpu(stage) : undefined);
}

/**
 * Seconds per token for a model, from the measurement of the nearest size. A larger model takes as many times longer; a smaller one
 * saves less, since each dispatch has a fixed cost. A curation without a measurement samples as fast as an evaluation.
 */
function secondsPerToken(device: string, stage: Stage, weights: number): number | null {
  const nearest = nearestOf(device, stage, weights);
  if (!nearest) return stage === 'curation' ? secondsPerToken(device, 'evaluation', weights) : null;
  if (stage === 'compile') return nearest.seconds;
  const ratio = weights / nearest.weights;
  return nearest.seconds * (ratio > 1 ? ratio : Math.sqrt(ratio));
}

type Timed = Pick<LabState, 'compute' | 'adapter'>;

/** Name of the device that trains; null while the browser looks for a GPU. */
function deviceOf({ compute, adapter }: Timed): string | null {
  if (compute === 'cpu') return CPU;
  return adapter.kind === 'webgpu' ? adapter.name : null;
}

/** Seconds by stage; null for a stage that this device was not measured in yet. The total leaves it out. */
export type StageTimes = Readonly<Record<Stage, number | null>>;

/** Seconds that a recipe takes; null until a run of this device was measured in SFT and GRPO, where the recipe has them. */
function timesOf(recipe: Recipe, size: StepSize, device: string): StageTimes | null {
  const timeOf = (stage: Stage): number | null => {
    const steps = stepsOf[stage](recipe);
    if (steps === 0) return 0;
    const seconds = secondsPerToken(device, stage, size.weights);
    return seconds === null ? null : steps * tokensOf(stage, recipe, size) * seconds;
  };
  const times = {
    compile: timeOf('compile'),
    sft: timeOf('sft'),
    curation: timeOf('curation'),
    grpo: timeOf('grpo'),
    evaluation: timeOf('evaluation'),
  };
  return times.sft === null || times.grpo === null ? null : times;
}

/** Seconds that the draft takes, by stage; null while its size or the device's speed is unknown. */
export function draftTimes(state: Timed & Pick<LabState, 'draft' | 'memory'>): StageTimes | null {
  const { draft, memory } = state;
  const device = deviceOf(state);
  return device === null || memory === null || 'refused' in memory ? null : timesOf(draft, memory.size, device);
}

/** Seconds that a recipe takes; null while the device's speed is unknown. */
export function recipeSeconds(recipe: Recipe, size: StepSize, on: Timed): number | null {
  const device = deviceOf(on);
  const times = device === null ? null : timesOf(recipe, size, device);
  return times && totalSeconds(times);
}

/** Seconds that some answers of a model take; null until an evaluation was measured on this device. */
export function answersSeconds({ weights, longest }: StepSize, answers: number, on: Timed): number | null {
  const device = deviceOf(on);
  const seconds = device === null ? null : secondsPerToken(device, 'evaluation', weights);
  return seconds === null ? null : answers * longest * seconds;
}

/** Seconds that the small recipe takes on the CPU. */
export const smallSeconds = (): number => totalSeconds(timesOf(recipeByName(SMALL_RECIPE), SMALL_SIZE, CPU)!);

/** True where the times are those of a typical CPU, since this one was not measured. */
export const isTypical = (state: Timed): boolean =>
  deviceOf(state) === CPU && !measured().some(({ device }) => device === CPU);

export const totalSeconds = (times: StageTimes): number =>
  Object.values(times).reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0);

/** Longest run that starts without a question, seconds. */
const LONG_S = 30 * 60;

/** Sizes of recipes that were about to start: a run may train another recipe than the draft. */
const sizes = new WeakMap<Recipe, StepSize>();

/** Warns that the draft takes long on this device, with the setting that takes the most time. Null if it is short or unknown. */
export function timeDoubt(state: Pick<LabState, 'draft' | 'memory' | 'compute' | 'adapter'>): string | null {
  const { draft, memory } = state;
  if (memory && !('refused' in memory)) sizes.set(draft, memory.size);
  const times = draftTimes(state);
  if (!times || totalSeconds(times) <= LONG_S) return null;
  const fields = {
    sft: 'SFT steps (sft.steps)',
    grpo: 'GRPO steps (grpo.steps)',
    evaluation: 'evaluation.problems',
    curation: 'problems in curation.pool',
  };
  const secondsOf = (stage: keyof typeof fields) => times[stage] ?? 0;
  const longest = (['sft', 'grpo', 'evaluation', 'curation'] as const).reduce((a, b) =>
    secondsOf(b) > secondsOf(a) ? b : a,
  );
  const share = Math.round((100 * secondsOf(longest)) / totalSeconds(times));
  return `It takes about ${duration(totalSeconds(times))} on this device. Fewer ${fields[longest]} would help most: ${share} % of the time.`;
}

/** Steps after which a stage's pace is noted; the first steps are slower. */
const NOTED_EVERY = 5;

/** Stages that are measured from their start to the start of the next. */
const SPANS: Readonly<Partial<Record<RunStage, Stage>>> = {
  compile: 'compile',
  evaluate: 'evaluation',
  curate: 'curation',
};

/** Measures the runs that train in this tab. @returns function that ends this */
export function followSpeed(now: () => number = () => performance.now() / 1000): () => void {
  let size: StepSize | null = null;
  /** Stage under way, and the time of its start; null after a pause, which is no work. */
  let span: { readonly stage: RunStage; readonly began: number | null } | null = null;
  let compiled = 0;
  let noted = 0;
  const note = (state: LabState, stage: Stage, secondsPerStep: number) => {
    const { run, started } = state;
    const device = deviceOf(state);
    if (device === null || !size || !started || !run.start || secondsPerStep <= 0) return;
    const seconds = secondsPerStep / tokensOf(stage, started, size);
    noteSpeed({ device, stage, weights: run.start.parameters, seconds });
  };
  /** Ends the span of a stage. A run compiles before SFT and before GRPO: the times add up. */
  const endSpan = (state: LabState) => {
    const stage = span && SPANS[span.stage];
    if (!span || span.began === null || !stage) return;
    const took = now() - span.began;
    if (stage === 'compile') compiled += took;
    note(state, stage, stage === 'compile' ? compiled : took);
  };
  return lab.subscribe((state, before) => {
    const { run, started, memory, source, status } = state;
    if (source !== 'live' || !started) return;
    if (started !== before.started) {
      size =
        started === recipeByName(SMALL_RECIPE)
          ? SMALL_SIZE
          : (sizes.get(started) ?? (memory && !('refused' in memory) ? memory.size : null));
      [span, compiled, noted] = [null, 0, 0];
    }
    if (status !== 'playing' && span) span = { stage: span.stage, began: null };
    if (state.version === before.version) return;
    const speed = pace(run);
    const steps = run.stage === 'grpo' ? run.grpo.length : run.stage === 'sft' ? run.sft.length : 0;
    if (steps < noted) noted = 0;
    if (speed && steps >= noted + NOTED_EVERY) {
      note(state, run.stage as Stage, speed.secondsPerStep);
      noted = steps;
    }
    if (run.stage === span?.stage) return;
    endSpan(state);
    span = run.stage && { stage: run.stage, began: now() };
  });
}
