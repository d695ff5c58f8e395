/**
 * Arms of an experiment that run in this tab: each is a stored run like any other, so its numbers come from the stored runs and
 * their evaluations, also after a reload.
 */
import { createStore } from 'zustand/vanilla';
import { type Arm, recipeOfRun, titledRecipe } from '../lab/report/arm';
import type { ReportArms, StoredArm } from '../lab/report/storedArms';
import { bounded } from '../quote';
import { evaluate, evaluateAs, leaveEvaluations } from './evaluate';
import { type LabState, lab } from './lab';
import { library } from './library';
import { refreshRuns, resumeRun, runs } from './runs';
import { answersSeconds, recipeSeconds } from './speed';
import { startRecipe } from './start';

/** An arm of an experiment for a seed. */
export interface ArmAt {
  readonly experiment: string;
  readonly arm: Arm;
  readonly seed: number;
}

export interface ReportArmsState {
  /** Experiment whose arms were read; null before the first. */
  readonly experiment: string | null;
  readonly arms: readonly StoredArm[];
  /** Size of each run that the arms take, by its name. */
  readonly sizes: ReportArms['sizes'];
  /** Reason why the stored runs cannot be read. */
  readonly fault: string | null;
  /** Arm that could not start, with the reason. */
  readonly failed: { readonly experiment: string; readonly arm: string; readonly message: string } | null;
  /** Arm whose evaluation runs now; null for none. */
  readonly evaluating: { readonly experiment: string; readonly arm: string; readonly seed: number } | null;
}

export const reportArms = createStore<ReportArmsState>(() => ({
  ...{ experiment: null, arms: [], sizes: {}, fault: null, failed: null, evaluating: null },
}));
const { getState: get, setState: set } = reportArms;

const messageOf = (error: unknown): string => bounded(error instanceof Error ? error.message : String(error));

/** Counts readings: an earlier one that ends late is dropped. */
let turn = 0;

/** Reads the arms of an experiment that stored runs answer. */
export async function readArms(experiment: string): Promise<void> {
  const mine = ++turn;
  const found = await library((commands) => commands.arms(experiment)).then(
    (read) => ({ ...read, fault: null }),
    (error: unknown) => ({ arms: [], sizes: {}, fault: messageOf(error) }),
  );
  if (mine === turn) set({ experiment, ...found });
}

/** The arm of a seed in what was read; null without a stored run. */
export const storedArmOf = (arms: readonly StoredArm[], arm: string, seed: number): StoredArm | null =>
  arms.find((one) => one.arm === arm && one.seed === seed) ?? null;

/** Index of the first run of an arm that has not ended; null if all have. */
export function nextRun(arm: Arm, stored: StoredArm | null): number | null {
  const index = arm.runs.findIndex((_, i) => !stored?.runs[i]?.hasEnded);
  return index < 0 ? null : index;
}

const isTraining = ({ source, status }: Pick<LabState, 'source' | 'status'>): boolean =>
  source === 'live' && (status === 'playing' || status === 'paused');

/** Reads the arms of the shown experiment now and when a training begins or ends. @returns a function that ends this */
export function followArms(experiment: string): () => void {
  void readArms(experiment);
  const end = lab.subscribe((state, before) => {
    if (isTraining(state) !== isTraining(before) || state.runName !== before.runName) void readArms(experiment);
  });
  return () => {
    end();
    leaveEvaluations();
  };
}

/** Evaluates the model of an arm whose runs have ended, in the worker of evaluations. The result is stored with the run. */
export async function evaluateArm({ experiment, arm, seed }: ArmAt): Promise<void> {
  const { evaluation } = arm;
  if (!evaluation || evaluate.getState().running) return;
  await readArms(experiment);
  const stored = storedArmOf(get().arms, arm.arm, seed);
  const last = stored?.runs.at(-1);
  if (!stored || !last?.hasEnded || last.checkpoint === null || stored.cells) return;
  const { task, seed: ofRecipe } = recipeOfRun(arm.runs.at(-1) as Arm['runs'][number], seed);
  const { problems, samples, temperature } = evaluation;
  const model = { kind: 'run', run: last.run, checkpoint: last.checkpoint } as const;
  set({ evaluating: { experiment, arm: arm.arm, seed }, failed: null });
  const tasks = [{ task: task.name, level: task.level }];
  await evaluateAs(() => ({ model, tasks, problems, samples, temperature, seed: ofRecipe }));
  const { failed } = evaluate.getState();
  set({ evaluating: null, ...(failed !== null && { failed: { experiment, arm: arm.arm, message: failed.message } }) });
  if (get().experiment === experiment) await readArms(experiment);
}

let endWatch = () => {};

/** Evaluates the arm once the run that has just begun comes to its end. */
function evaluateAfterRun(at: ArmAt): void {
  endWatch();
  const { run } = lab.getState();
  endWatch = lab.subscribe((state) => {
    if (state.run !== run || state.status === 'failed') return endWatch();
    if (state.status !== 'finished') return;
    endWatch();
    if (state.run.summary) void evaluateArm(at);
  });
}

/** Trains the next run of an arm, or continues the one that stopped, then evaluates it if the arm asks for that. */
export async function runArm(at: ArmAt): Promise<void> {
  const { experiment, arm, seed } = at;
  set({ failed: null });
  await readArms(experiment);
  const stored = storedArmOf(get().arms, arm.arm, seed);
  const index = nextRun(arm, stored);
  if (index === null) return evaluateArm(at);
  try {
    const { run } = lab.getState();
    const stopped = stored?.runs[index];
    if (stopped) {
      await refreshRuns();
      const listed = runs.getState().list.find(({ name }) => name === stopped.run);
      if (listed) await resumeRun(listed);
    } else await startRecipe(titledRecipe(experiment, arm.runs[index] as Arm['runs'][number], seed));
    if (arm.evaluation && lab.getState().run !== run) evaluateAfterRun(at);
  } catch (error) {
    set({ failed: { experiment, arm: arm.arm, message: messageOf(error) } });
  }
}

/** Seconds that the rest of an arm takes on this device; null until its speed was measured. */
export function armSeconds(
  arm: Arm,
  stored: StoredArm | null,
  on: Pick<LabState, 'compute' | 'adapter'>,
  sizes: ReportArms['sizes'],
): number | null {
  let total = 0;
  for (const [i, run] of arm.runs.entries()) {
    const recipe = recipeOfRun(run, 0);
    const size = sizes[run.name];
    if (!size) return null;
    const isLast = i === arm.runs.length - 1;
    const answers = isLast && arm.evaluation ? arm.evaluation.problems * arm.evaluation.samples : 0;
    const seconds = stored?.runs[i]?.hasEnded ? 0 : recipeSeconds(recipe, size, on);
    const answering = answers > 0 ? answersSeconds(size, answers, on) : 0;
    if (seconds === null || answering === null) return null;
    total += seconds + answering;
  }
  return total;
}
