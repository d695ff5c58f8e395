/**
 * Speed of this browser's devices, measured while they train and kept over visits, and the time that a recipe takes at it. Without
 * a measurement there is no time: the first run of a device makes one.
 */
import type { Recipe } from '../lab/recipe/recipe';
import type { StepSize } from '../lab/run/memory';
import { duration } from '../units';
import { type LabState, lab } from './lab';
import { pace } from './run';

/** `evaluation` answers the held-out problems once. */
type Stage = 'sft' | 'grpo' | 'evaluation';

interface Measured {
  readonly device: string;
  readonly stage: Stage;
  readonly weights: number;
  /** Seconds per token, if every sequence were the longest. */
  readonly seconds: number;
}

const KEY = 'groupthink-speed';
const MOST_KEPT = 60;

/** Sequences of one step; of an evaluation, its answers. */
const sequencesOf: Readonly<Record<Stage, (recipe: Recipe) => number>> = {
  sft: ({ sft }) => sft.sequences,
  grpo: ({ grpo }) => grpo.prompts * grpo.groupSize,
  evaluation: ({ evaluation }) => 2 * evaluation.problems * (1 + evaluation.others.length),
};

/** Steps of a stage; of evaluation, how often it comes. */
const stepsOf: Readonly<Record<Stage, (recipe: Recipe) => number>> = {
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

/**
 * Seconds per token for a model, from the measurement of the nearest size. A larger model takes as many times longer; a smaller one
 * saves less, since each dispatch has a fixed cost.
 */
function secondsPerToken(device: string, stage: Stage, weights: number): number | null {
  const distance = (one: Measured) => Math.abs(Math.log(one.weights / weights));
  const [nearest] = measured()
    .filter((one) => one.device === device && one.stage === stage)
    .sort((a, b) => distance(a) - distance(b));
  if (!nearest) return null;
  const ratio = weights / nearest.weights;
  return nearest.seconds * (ratio > 1 ? ratio : Math.sqrt(ratio));
}

const deviceOf = ({ compute, adapter }: Pick<LabState, 'compute' | 'adapter'>): string =>
  compute === 'cpu' || adapter.kind !== 'webgpu' ? 'cpu' : adapter.name;

export type StageTimes = Readonly<Record<Stage, number>>;

/** Seconds that the draft takes, by stage; null until a run of this device was measured in every stage that the draft has. */
export function draftTimes(state: Pick<LabState, 'draft' | 'memory' | 'compute' | 'adapter'>): StageTimes | null {
  const { draft, memory } = state;
  if (memory === null || 'refused' in memory) return null;
  const timeOf = (stage: Stage): number | null => {
    const steps = stepsOf[stage](draft);
    if (steps === 0) return 0;
    const seconds = secondsPerToken(deviceOf(state), stage, memory.size.weights);
    return seconds === null ? null : steps * sequencesOf[stage](draft) * memory.size.longest * seconds;
  };
  const [sft, grpo] = [timeOf('sft'), timeOf('grpo')];
  // a run that was stopped early has no evaluation: it takes little of the time
  return sft === null || grpo === null ? null : { sft, grpo, evaluation: timeOf('evaluation') ?? 0 };
}

export const totalSeconds = ({ sft, grpo, evaluation }: StageTimes): number => sft + grpo + evaluation;

/** Longest run that starts without a question, seconds. */
const LONG_S = 30 * 60;

/** Warns that the draft takes long on this device, with the setting that takes the most time. Null if it is short or unknown. */
export function timeDoubt(state: Pick<LabState, 'draft' | 'memory' | 'compute' | 'adapter'>): string | null {
  const times = draftTimes(state);
  if (!times || totalSeconds(times) <= LONG_S) return null;
  const fields = { sft: 'SFT steps (sft.steps)', grpo: 'GRPO steps (grpo.steps)', evaluation: 'evaluation.problems' };
  const longest = (['sft', 'grpo', 'evaluation'] as const).reduce((a, b) => (times[b] > times[a] ? b : a));
  const share = Math.round((100 * times[longest]) / totalSeconds(times));
  return `It takes about ${duration(totalSeconds(times))} on this device. Fewer ${fields[longest]} would help most: ${share} % of the time.`;
}

/** Steps after which a stage's pace is noted; the first steps are slower. */
const NOTED_EVERY = 5;

/** Measures the runs that train in this tab. @returns function that ends this */
export function followSpeed(now: () => number = () => performance.now() / 1000): () => void {
  let size: StepSize | null = null;
  let evaluating: number | null = null;
  let noted = 0;
  const note = (state: LabState, stage: Stage, secondsPerStep: number) => {
    const { run, started } = state;
    if (!size || !started || !run.start || secondsPerStep <= 0) return;
    const seconds = secondsPerStep / (sequencesOf[stage](started) * size.longest);
    noteSpeed({ device: deviceOf(state), stage, weights: run.start.parameters, seconds });
  };
  return lab.subscribe((state, before) => {
    const { run, started, memory, source, status } = state;
    if (source !== 'live' || !started) return;
    if (started !== before.started) size = memory && !('refused' in memory) ? memory.size : null;
    if (status !== 'playing') evaluating = null; // a pause is no work
    if (state.version === before.version) return;
    const speed = pace(run);
    const steps = run.stage === 'grpo' ? run.grpo.length : run.stage === 'sft' ? run.sft.length : 0;
    if (steps < noted) noted = 0;
    if (speed && steps >= noted + NOTED_EVERY) {
      note(state, run.stage as Stage, speed.secondsPerStep);
      noted = steps;
    }
    if (run.stage === 'evaluate') evaluating ??= now();
    else if (evaluating !== null) {
      note(state, 'evaluation', now() - evaluating);
      evaluating = null;
    }
  });
}
