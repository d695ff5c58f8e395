/** Data of a run, collected from its events. Series grow in place, outside React; `version` in lab.ts notifies screens. */
import type {
  CurationEvent,
  EvaluationEvent,
  GrpoEvent,
  LabEvent,
  SftEvent,
  Stage,
  StartEvent,
  Summary,
} from '../lab/run/events';

export interface RunData {
  start: StartEvent | null;
  stage: Stage | null;
  readonly sft: SftEvent[];
  readonly grpo: GrpoEvent[];
  readonly evaluations: EvaluationEvent[];
  readonly curations: CurationEvent[];
  summary: Summary | null;
}

/** Number of GRPO steps whose rollouts stay in memory; older steps keep only their metrics. */
export const ROLLOUTS_KEPT = 400;

export const emptyRun = (): RunData => ({
  start: null,
  stage: null,
  sft: [],
  grpo: [],
  evaluations: [],
  curations: [],
  summary: null,
});

export function applyEvent(run: RunData, event: LabEvent): void {
  switch (event.type) {
    case 'start':
      run.start = event;
      return;
    case 'stage':
    case 'resume':
      run.stage = event.stage;
      return;
    case 'sft':
      run.sft.push(event);
      return;
    case 'grpo': {
      run.grpo.push(event);
      const old = run.grpo.length - 1 - ROLLOUTS_KEPT;
      if (old >= 0) run.grpo[old] = { ...(run.grpo[old] as GrpoEvent), groups: [] };
      return;
    }
    case 'evaluation':
      run.evaluations.push(event);
      return;
    case 'curation':
      run.curations.push(event);
      return;
    case 'end':
      run.summary = event.summary;
      return;
    default:
      event satisfies never;
  }
}

/** Recent seconds per step and tokens per second; null before the second step. */
export function pace({ sft, grpo }: RunData): { secondsPerStep: number; tokensPerSecond: number } | null {
  const steps: { time: number; tokens: number }[] =
    grpo.length > 0
      ? grpo.slice(-8).map(({ step_time, metrics }) => ({ time: step_time, tokens: metrics.num_tokens ?? 0 }))
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
  if (run.stage === 'sft') return (recipe.sft.steps - run.sft.length) * speed.secondsPerStep;
  if (run.stage === 'grpo') return (recipe.grpo.steps - run.grpo.length) * speed.secondsPerStep;
  return null;
}
