/**
 * A run as an async generator of events: SFT, then GRPO on fresh or curated problems, with an evaluation after each. The run
 * computes only the events that the caller pulls. Not pulling pauses the run; returning stops it.
 */
import { initialTensors, type Tensors } from '../../model/parameters';
import { Curation } from './curation';
import { createEvaluator } from './evaluation';
import { type EvaluationEvent, type LabEvent, type Summary, stageAccuracy } from './events';
import { grpoStage } from './grpoStage';
import { estimateMemory, plannedDispatches } from './memory';
import { openRewards } from './options';
import { assertSound, f16Costs } from './precision';
import { selfTest } from './selfTest/selfTest';
import type { Session } from './session';
import { sftStage } from './sftStage';
import { openPolicy, openSupervised } from './stages';
import { stageTimer } from './stageTimer';

/**
 * Runs the session's recipe.
 * @param from weights to start from; null for fresh weights
 * @param now clock in seconds, for step times
 * @param stop ends the run after the current step; the run then has no `end`
 * @throws DivergedError if a number is no longer finite; the session keeps the last finite weights
 */
export async function* run(
  session: Session,
  from: Tensors | null = null,
  now: () => number = () => performance.now() / 1000,
  stop?: AbortSignal,
): AsyncGenerator<LabEvent, void> {
  const { recipe, device, tokenizer, sources } = session;
  const began = now();
  const rewards = await openRewards(recipe); // a term that does not compile ends the run before it computes
  const estimated_bytes = (await estimateMemory(recipe, device)).peak;
  yield {
    type: 'start',
    recipe,
    adapter: device.name,
    device: device.kind,
    parameters: session.model.table.count,
    vocabulary: tokenizer.tokens,
    memory: { estimated_bytes },
  };
  session.load(from ?? initialTensors(session.model.table, recipe.model.initializerRange, recipe.seed));

  yield { type: 'stage', stage: 'compile' };
  const sampler = await session.openSampler();
  const supervised = await openSupervised(session);
  const dispatches = await plannedDispatches(recipe, device);
  await device.compile(dispatches); // includes GRPO, so that no step waits for a compilation
  await assertSound(device, dispatches);
  await selfTest(session, dispatches);
  device.forgetPeak(); // the summary reports the peak without the self-test

  const evaluator = createEvaluator(session, recipe);
  let base: EvaluationEvent | null = null;
  if (recipe.evaluation.base) {
    yield { type: 'stage', stage: 'evaluate' };
    base = { type: 'evaluation', stage: 'base', ...(await evaluator.all()) };
    yield base;
  }

  const timer = stageTimer(now);
  yield { type: 'stage', stage: 'sft' };
  const { trainer } = supervised;
  const fineTuned = yield* sftStage({ recipe, trainer, sources, tokenizer, gate: evaluator.gate, timer, stop });
  if (stop?.aborted) return;

  /** Evaluates after a stage. The cost of f16 comes last, in the memory that the released trainer frees. */
  const evaluate = async (
    stage: 'sft' | 'grpo',
    finished: readonly { destroy(): void }[],
  ): Promise<EvaluationEvent> => {
    const accuracy = await evaluator.all();
    session.release(...finished);
    return { type: 'evaluation', stage, ...accuracy, ...(recipe.precision === 'f16' && (await f16Costs(session))) };
  };
  yield { type: 'stage', stage: 'evaluate' };
  const afterSft = await evaluate('sft', [supervised.trainer, supervised.optimizer]);
  yield afterSft;

  let curation: Curation | null = null;
  if (recipe.curation.select !== 'none' && recipe.grpo.steps > 0) {
    yield { type: 'stage', stage: 'curate' };
    curation = new Curation(session, recipe, sources.grpo);
    yield await curation.select(0);
  }

  device.copy(session.model.working.buffer, session.model.reference.buffer);
  yield { type: 'stage', stage: 'compile' };
  const policy = await openPolicy(session);
  yield { type: 'stage', stage: 'grpo' };
  const problems = curation?.problems ?? sources.grpo;
  const { detail } = session;
  const grpo = { recipe, detail, learner: policy, sampler, problems, curation, tokenizer, rewards, timer, stop };
  const curve = yield* grpoStage(grpo);
  if (stop?.aborted) return;

  let afterGrpo = afterSft;
  if (curve.length > 0) {
    yield { type: 'stage', stage: 'evaluate' };
    afterGrpo = await evaluate('grpo', [policy.trainer, policy.optimizer]);
    yield afterGrpo;
  }
  const summary: Summary = {
    recipe: recipe.name,
    seed: recipe.seed,
    adapter: device.name,
    seconds: now() - began,
    memory: { estimated_bytes, peak_bytes: device.counters.bytesPeak },
    ...(base && { base: stageAccuracy(base) }),
    sft: { ...fineTuned, ...stageAccuracy(afterSft) },
    grpo: { steps: curve.length, curve, ...stageAccuracy(afterGrpo) },
  };
  yield { type: 'end', summary };
}
