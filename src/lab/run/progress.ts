/** Progress of a run: counters, controllers and evaluations, as checkpoints store them and the summary reports them. */
import { startEntropyControl } from '../../train/entropyControl';
import { type GrpoCursor, startGrpo } from '../../train/grpo';
import { LAB_VERSION } from '../../version';
import type { Recipe } from '../recipe/recipe';
import type { Checkpoint, CheckpointStage } from './checkpoint';
import type { Curation } from './curation';
import { Curve } from './curve';
import type { EvaluationEvent, Summary } from './events';
import { restartsOf } from './fork';
import { lossOptions } from './options';
import { PolicyWatch } from './policyAlert';
import type { RunState } from './runState';
import type { Session } from './session';
import type { Sources } from './sources';

type SftCounters = Pick<RunState['sft'], 'steps' | 'final_loss' | 'num_tokens'>;

/** Data that a stage draws from. */
export interface Cursors {
  readonly sources: Sources;
  readonly curation: Curation | null;
}

export class RunProgress {
  readonly sft: { -readonly [K in keyof SftCounters]: SftCounters[K] };
  readonly evaluations: EvaluationEvent[];
  readonly cursor: GrpoCursor;
  /** Recipe that the next step follows: the session's, with the changes since. */
  recipe: Recipe;
  watch: PolicyWatch;
  readonly curve: Curve;
  /** Estimate of the run's `start` event. */
  estimatedBytes: number;
  private readonly peakBefore: number;
  private readonly began: number;

  /** @param now clock in seconds */
  constructor(
    private readonly session: Session,
    { state }: Pick<Checkpoint, 'state'> | { readonly state: null },
    private readonly now: () => number,
  ) {
    const { steps, final_loss, num_tokens } = state?.sft ?? { steps: 0, final_loss: null, num_tokens: 0 };
    this.sft = { steps, final_loss, num_tokens };
    this.evaluations = [...(state?.evaluations ?? [])];
    const grpo = state?.grpo ?? null;
    this.recipe = session.recipe;
    this.cursor = startGrpo({ loss: lossOptions(session.recipe) });
    if (grpo) {
      const { gamma, entropy } = grpo.control;
      this.cursor.steps = grpo.steps;
      this.cursor.tokens = grpo.num_tokens;
      this.cursor.control = { gamma, entropy: entropy ?? Number.POSITIVE_INFINITY };
    }
    this.watch = new PolicyWatch(grpo?.watch ?? null);
    this.curve = new Curve(session.recipe.grpo.steps, grpo?.curve);
    this.estimatedBytes = state?.memory.estimated_bytes ?? 0;
    this.peakBefore = state?.memory.peak_bytes ?? 0;
    this.began = now() - (state?.seconds ?? 0);
  }

  /** Follows a changed recipe from the next step on, as a fork of a checkpoint here would. */
  change(recipe: Recipe, fields: readonly string[]): void {
    const { control, watch } = restartsOf(fields);
    this.recipe = recipe;
    if (control) this.cursor.control = startEntropyControl(lossOptions(recipe).gamma);
    if (watch) this.watch = new PolicyWatch();
  }

  evaluation(stage: EvaluationEvent['stage']): EvaluationEvent | null {
    return this.evaluations.find((event) => event.stage === stage) ?? null;
  }

  get seconds(): number {
    return this.now() - this.began;
  }

  get memory(): Summary['memory'] {
    const peak_bytes = Math.max(this.peakBefore, this.session.device.counters.bytesPeak);
    return { estimated_bytes: this.estimatedBytes, peak_bytes };
  }

  /** State of the run at a step boundary of a stage. */
  stateAt(stage: CheckpointStage, { sources, curation }: Cursors): RunState {
    const { cursor, watch, curve, sft } = this;
    const { gamma, entropy } = cursor.control;
    const inSft = stage === 'sft' && sft.steps > 0;
    const drawn = stage === 'grpo' && cursor.steps > 0 && !curation;
    return {
      lab: LAB_VERSION,
      adapter: this.session.device.name,
      seconds: this.seconds,
      memory: this.memory,
      kernels: this.session.kernels?.entries ?? {},
      evaluations: [...this.evaluations],
      sft: {
        ...sft,
        problems: inSft ? sources.sft.state() : null,
        traces: inSft ? sources.traces.state() : null,
      },
      grpo:
        stage === 'sft'
          ? null
          : {
              steps: cursor.steps,
              num_tokens: cursor.tokens,
              control: { gamma, entropy: Number.isFinite(entropy) ? entropy : null },
              watch: watch.state,
              curve: curve.points,
              problems: drawn ? sources.grpo.state() : null,
              curation: curation?.state() ?? null,
            },
      fork: null,
    };
  }
}
