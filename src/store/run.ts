/** Data of a run, collected from its events. Series grow in place, outside React; `version` in lab.ts notifies screens. */
import type {
  ApplyEvent,
  CurationEvent,
  EvaluationEvent,
  LabEvent,
  ResumeEvent,
  SftEvent,
  Stage,
  StartEvent,
  Summary,
} from '../lab/run/events';
import { ROLLOUTS_KEPT } from '../worker/protocol';
import { GrpoSteps } from './grpoSteps';

export interface RunData {
  start: StartEvent | null;
  stage: Stage | null;
  readonly sft: SftEvent[];
  readonly grpo: GrpoSteps;
  readonly evaluations: EvaluationEvent[];
  readonly curations: CurationEvent[];
  /** Changes of the recipe while the run trains. */
  readonly changes: ApplyEvent[];
  summary: Summary | null;
  /** Steps of the parent run before a fork; 0 without one. */
  before: { readonly sft: number; readonly grpo: number };
}

/** Steps whose rollouts stay in memory, of a run that is not stored: its older steps cannot be read back. */
export const UNSTORED_ROLLOUTS_KEPT = 400;

const NOTHING_BEFORE = { sft: 0, grpo: 0 };

export const emptyRun = (): RunData => ({
  start: null,
  stage: null,
  sft: [],
  grpo: new GrpoSteps(ROLLOUTS_KEPT),
  evaluations: [],
  curations: [],
  changes: [],
  summary: null,
  before: NOTHING_BEFORE,
});

/** Keeps the items up to a place, in place. */
function keep<T>(items: T[], isKept: (item: T) => boolean): void {
  items.splice(0, Infinity, ...items.filter(isKept));
}

/** Drops what comes after the checkpoint from which a run continues: the run computes it again. */
function resume(run: RunData, { stage, step, fork }: ResumeEvent): void {
  run.stage = stage;
  run.summary = null;
  if (fork) {
    const { sft, grpo, evaluations } = fork.before;
    run.before = { sft: sft.steps, grpo: grpo.curve.length };
    run.evaluations.splice(0, Infinity, ...evaluations);
    return;
  }
  const inSft = stage === 'sft';
  keep(run.sft, (event) => !inSft || event.step <= step);
  run.grpo.cutTo(inSft ? 0 : step);
  keep(run.changes, (event) =>
    inSft ? event.stage === 'sft' && event.step <= step : event.stage === 'sft' || event.step <= step,
  );
  keep(run.evaluations, (event) => (inSft ? event.stage === 'base' : event.stage !== 'grpo'));
  // a checkpoint after a step comes before the selection that follows the step; `grpo-0` comes after the first selection
  keep(run.curations, (event) => !inSft && (step === 0 ? event.step === 0 : event.step < step));
}

export function applyEvent(run: RunData, event: LabEvent): void {
  switch (event.type) {
    case 'start':
      // a run that continues from its start computes everything again
      for (const events of [run.sft, run.evaluations, run.curations, run.changes]) events.length = 0;
      run.grpo.begin(event.recipe.grpo.steps);
      run.summary = null;
      run.before = NOTHING_BEFORE;
      run.start = event;
      return;
    case 'stage':
      run.stage = event.stage;
      return;
    case 'resume':
      return resume(run, event);
    case 'sft':
      run.sft.push(event);
      return;
    case 'grpo':
      run.grpo.push(event);
      return;
    case 'evaluation':
      run.evaluations.push(event);
      return;
    case 'curation':
      run.curations.push(event);
      return;
    case 'apply':
      run.changes.push(event);
      return;
    case 'end':
      run.summary = event.summary;
      return;
    default:
      event satisfies never;
  }
}

/** Steps that a run took in each stage, those before a fork included. */
export const stepsOf = ({ sft, grpo, before }: RunData): { readonly sft: number; readonly grpo: number } => ({
  sft: sft.at(-1)?.step ?? before.sft,
  grpo: grpo.last?.step ?? before.grpo,
});

/** Recent seconds per step and tokens per second; null before the second step. */
export function pace({ sft, grpo }: RunData): { secondsPerStep: number; tokensPerSecond: number } | null {
  const steps: { time: number; tokens: number }[] =
    grpo.length > 0
      ? grpo.recent.slice(-8).map(({ step_time, metrics }) => ({ time: step_time, tokens: metrics.num_tokens ?? 0 }))
      : sft.slice(-20).map(({ step_time, num_tokens }) => ({ time: step_time, tokens: num_tokens }));
  const [first, last] = [steps[0], steps.at(-1)];
  if (steps.length < 2 || !first || !last) return null;
  const seconds = steps.slice(1).reduce((sum, { time }) => sum + time, 0);
  if (seconds <= 0) return null;
  return { secondsPerStep: seconds / (steps.length - 1), tokensPerSecond: (last.tokens - first.tokens) / seconds };
}

/** Seconds until the end of the current training stage at the recent pace; null if there is none. */
export function secondsLeft(run: RunData): number | null {
  const recipe = run.start?.recipe;
  const speed = pace(run);
  if (!recipe || !speed) return null;
  if (run.stage === 'sft') return (recipe.sft.steps - stepsOf(run).sft) * speed.secondsPerStep;
  if (run.stage === 'grpo') return (recipe.grpo.steps - stepsOf(run).grpo) * speed.secondsPerStep;
  return null;
}
