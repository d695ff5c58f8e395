/**
 * A run as an async generator of events: SFT, then GRPO on fresh or curated problems, with an evaluation after each. The run
 * computes only the events that the caller pulls. Not pulling pauses the run; returning stops it. A run continues from a
 * checkpoint to the bit; a unit without steps (compilation, evaluation, a selection) starts again.
 */
import { OutOfMemoryError } from '../../gpu/outOfMemory';
import { initialTensors, type Tensors } from '../../model/parameters';
import type { OnPhase } from '../../train/grpoPhase';
import { NonFiniteError } from '../../train/nonFiniteError';
import { recipeAfter } from './changes';
import type { Checkpoint } from './checkpoint';
import { Checkpointer, type CheckpointOptions } from './checkpointer';
import { checkCheckpoint, loadCheckpoint, loadOptimizer, resumeEvent } from './continue';
import { Curation } from './curation';
import { assertFiniteEvent, divergedError, placeAfter, RUN_START } from './diverged';
import { createEvaluator } from './evaluation';
import { type EvaluationEvent, type LabEvent, type Summary, stageAccuracy } from './events';
import { foreseeMemory, outOfMemory } from './fittingSetting';
import { grpoStage } from './grpoStage';
import { plannedDispatches } from './memory';
import { openRewards } from './options';
import { assertSound, f16Costs } from './precision';
import { RunProgress } from './progress';
import { type ChangeOptions, RunChanges } from './runChanges';
import { selfTest } from './selfTest/selfTest';
import type { Session } from './session';
import { sftStage } from './sftStage';
import { openPolicy, openSupervised, partsUnder } from './stages';
import { stageTimer } from './stageTimer';

export interface RunOptions extends CheckpointOptions, ChangeOptions {
  /** Weights to start from; null for fresh weights. */
  readonly weights?: Tensors | null;
  /** Checkpoint of the same recipe to continue from; null for a new run. */
  readonly checkpoint?: Checkpoint | null;
  /** Clock in seconds, for step times. */
  readonly now?: () => number;
  /** Holds each GRPO step between its phases: the step waits for it. Null for no hold, which costs nothing. */
  readonly onPhase?: OnPhase | null;
  /** Asked before each GRPO step: false takes the step without a hold. Null for a hold in every step. */
  readonly wantsPhases?: (() => boolean) | null;
  /** Ends the run after the current step, with a checkpoint; the run then has no `end`. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Runs the session's recipe.
 * @throws DivergedError if a number is no longer finite; the session keeps the last finite weights
 * @throws MemoryError if the device has too little memory, naming the setting that would fit
 */
export async function* run(session: Session, options: RunOptions = {}): AsyncGenerator<LabEvent, void> {
  const { model, device } = session;
  let place = RUN_START;
  let { recipe } = session;
  try {
    for await (const event of stagesOf(session, options)) {
      assertFiniteEvent(event);
      place = placeAfter(place, event);
      if (event.type === 'apply') recipe = recipeAfter(recipe, event);
      yield event;
    }
  } catch (error) {
    if (error instanceof NonFiniteError) throw await divergedError(error, place, { recipe, model });
    if (error instanceof OutOfMemoryError) throw await outOfMemory(error, recipe, device);
    throw error;
  }
}

async function* stagesOf(session: Session, options: RunOptions): AsyncGenerator<LabEvent, void> {
  const { weights = null, checkpoint = null, now = () => performance.now() / 1000, stop } = options;
  const { recipe, device, tokenizer, sources } = session;
  if (checkpoint) checkCheckpoint(checkpoint, session);
  const progress = new RunProgress(session, { state: checkpoint?.state ?? null }, now);
  const checkpoints = new Checkpointer(session, progress, options, now);
  const changes = new RunChanges(options);
  const rewards = await openRewards(recipe); // a term that does not compile ends the run before it computes
  if (!checkpoint || checkpoint.state.fork) {
    progress.estimatedBytes = (await foreseeMemory(recipe, device)).peak;
    yield {
      type: 'start',
      recipe,
      adapter: device.name,
      device: device.kind,
      parameters: session.model.table.count,
      vocabulary: tokenizer.tokens,
      memory: { estimated_bytes: progress.estimatedBytes },
    };
  }
  if (checkpoint) {
    yield resumeEvent(checkpoint, session);
    await loadCheckpoint(session, checkpoint);
  } else {
    session.load(weights ?? initialTensors(session.model.table, recipe.model.initializerRange, recipe.seed));
    yield { type: 'stage', stage: 'compile' };
  }

  const sampler = await session.openSampler();
  const supervised = checkpoint?.stage === 'grpo' ? null : await openSupervised(session);
  const dispatches = await plannedDispatches(recipe, device);
  await device.compile(dispatches); // includes GRPO, so that no step waits for a compilation
  await assertSound(device, dispatches);
  await selfTest(session, dispatches);
  device.forgetPeak(); // the summary reports the peak without the self-test

  const evaluator = createEvaluator(session, recipe);
  const timer = stageTimer(now);
  /** Evaluates a stage. The cost of f16 comes last, in the memory that the released trainer frees. */
  const evaluate = async (
    stage: EvaluationEvent['stage'],
    finished: readonly { destroy(): void }[],
  ): Promise<EvaluationEvent> => {
    const accuracy = await evaluator.all();
    session.release(...finished);
    const costs = stage !== 'base' && recipe.precision === 'f16' && (await f16Costs(session));
    const event: EvaluationEvent = { type: 'evaluation', stage, ...accuracy, ...costs };
    progress.evaluations.push(event);
    return event;
  };
  if (supervised && recipe.evaluation.base && progress.sft.steps === 0 && !progress.evaluation('base')) {
    yield { type: 'stage', stage: 'evaluate' };
    yield await evaluate('base', []);
  }

  let curation: Curation | null = null;
  const selects = recipe.curation.select !== 'none' && recipe.grpo.steps > 0;
  const select = async function* (): AsyncGenerator<LabEvent, void> {
    yield { type: 'stage', stage: 'curate' };
    curation = Curation.open(session, progress.recipe, sources.grpo);
    yield await curation.select(0);
  };
  /** Checkpoint before GRPO, after the first selection. */
  const takeBeforeGrpo = () =>
    checkpoints.take({ stage: 'grpo', step: 0, isStageEnd: true }, null, { sources, curation });
  if (supervised) {
    loadOptimizer(supervised.optimizer, checkpoint, 'sft');
    if (progress.sft.steps === 0) {
      const start = { stage: 'sft', step: 0, isStageEnd: false } as const;
      if (checkpoints.wanted) await checkpoints.take(start, null, { sources, curation });
      yield { type: 'stage', stage: 'sft' };
    }
    const { gate } = evaluator;
    const stage = { session, supervised, gate, progress, changes, checkpoints, timer, stop };
    const { trainer, optimizer } = yield* sftStage(stage);
    if (stop?.aborted) return;
    yield { type: 'stage', stage: 'evaluate' };
    yield await evaluate('sft', [trainer, optimizer]);
    if (selects) yield* select();
    await takeBeforeGrpo();
    if (stop?.aborted) return;
  } else {
    const state = checkpoint?.state.grpo?.curation;
    if (state) curation = Curation.continue(session, recipe, state);
    else if (selects && progress.cursor.steps === 0) {
      // a fork of a run without GRPO, or without curation
      yield* select();
      await takeBeforeGrpo();
      if (stop?.aborted) return;
    }
  }

  const begins = progress.cursor.steps === 0;
  if (begins) {
    device.copy(session.model.working.buffer, session.model.reference.buffer);
    yield { type: 'stage', stage: 'compile' };
  }
  const opened = await openPolicy(partsUnder(session, progress.recipe));
  loadOptimizer(opened.optimizer, checkpoint, 'grpo');
  if (begins) yield { type: 'stage', stage: 'grpo' };
  const policy = yield* grpoStage({
    ...{ session, policy: opened, sampler, data: { sources, curation }, progress, changes },
    rewards: progress.recipe === recipe ? rewards : await openRewards(progress.recipe),
    ...{ checkpoints, timer, onPhase: options.onPhase ?? null, wantsPhases: options.wantsPhases ?? null, stop },
  });
  if (stop?.aborted) return;

  const { curve } = progress;
  if (curve.length > 0) {
    yield { type: 'stage', stage: 'evaluate' };
    yield await evaluate('grpo', [policy.trainer, policy.optimizer]);
  }
  const accuracyAfter = (stage: EvaluationEvent['stage']) => {
    const event = progress.evaluation(stage);
    return event && stageAccuracy(event);
  };
  const [base, afterSft] = [accuracyAfter('base'), accuracyAfter('sft')!];
  const { steps, final_loss } = progress.sft;
  const summary: Summary = {
    recipe: recipe.name,
    seed: recipe.seed,
    adapter: device.name,
    seconds: progress.seconds,
    memory: progress.memory,
    ...(base && { base }),
    sft: { steps, final_loss, ...afterSft },
    grpo: { steps: curve.length, curve: curve.points, ...(accuracyAfter('grpo') ?? afterSft) },
  };
  yield { type: 'end', summary };
}
