/**
 * A run: SFT, then GRPO on fresh or curated problems, with an evaluation after each, as an async generator of events. Nothing
 * happens that is not pulled: to pause is not to pull, to stop is to return.
 */
import { initialTensors, type Tensors } from '../../model/parameters';
import { grpo } from '../../train/grpo';
import { sft } from '../../train/sft';
import type { Recipe } from '../recipe/recipe';
import { Curation } from './curation';
import { evaluateStage, gateAccuracy } from './evaluation';
import {
  type CurvePoint,
  curvePoint,
  type EvaluationEvent,
  type LabEvent,
  type Summary,
  stageAccuracy,
} from './events';
import { estimateMemory, rehearse } from './memory';
import { grpoOptions, openCustom, sftOptions } from './options';
import { PolicyWatch } from './policyAlert';
import { assertSound } from './precision';
import { selfTest } from './selfTest/selfTest';
import type { Session } from './session';
import { openPolicy, openSupervised } from './stages';

/**
 * @param from weights to start from; null for fresh ones
 * @param now seconds, for step times
 * @param stop ends the run after the step that is under way; the run then has no `end`
 * @throws DivergedError where a number is no longer finite; the session keeps the last finite weights
 */
export async function* run(
  session: Session,
  from: Tensors | null = null,
  now: () => number = () => performance.now() / 1000,
  stop?: AbortSignal,
): AsyncGenerator<LabEvent, void> {
  const { recipe, device, tokenizer, sources } = session;
  const began = now();
  const custom = await openCustom(recipe.reward); // its text is refused before anything is computed
  const estimated_bytes = (await estimateMemory(recipe, device)).peak;
  yield {
    type: 'start',
    recipe,
    adapter: device.name,
    device: device.kind,
    parameters: session.table.count,
    vocabulary: tokenizer.tokens,
    memory: { estimated_bytes },
  };
  session.load(from ?? initialTensors(session.config, recipe.model.initializerRange, recipe.seed));

  yield { type: 'stage', stage: 'compile' };
  await session.openSampler();
  const supervised = await openSupervised(session);
  // what GRPO will want too: nothing is compiled between the first step and the last
  const { dispatches } = await rehearse(recipe, device);
  await device.compile(dispatches);
  await assertSound(device, dispatches);
  await selfTest(session, dispatches);
  device.forgetPeak(); // of what tried the kernels

  let base: EvaluationEvent | null = null;
  if (recipe.evaluation.base) {
    yield { type: 'stage', stage: 'evaluate' };
    base = await evaluateStage(session, 'base');
    yield base;
  }

  yield { type: 'stage', stage: 'sft' };
  let sftSteps = 0;
  let finalLoss: number | null = null;
  let tokens = 0;
  let last = now();
  const stepTime = () => {
    const before = last;
    last = now();
    return last - before;
  };
  const gate = () => gateAccuracy(session);
  const { traces } = sources;
  for await (const step of sft(supervised.trainer, sources.sft, traces, tokenizer, sftOptions(recipe), gate, stop)) {
    sftSteps = step.step;
    finalLoss = step.loss;
    tokens += step.tokens;
    assertFinite(`SFT step ${step.step}`, { loss: step.loss, grad_norm: step.gradNorm }, recipe);
    yield {
      type: 'sft',
      step: step.step,
      loss: step.loss,
      grad_norm: step.gradNorm,
      learning_rate: step.learningRate,
      num_tokens: tokens,
      step_time: stepTime(),
    };
    last = now(); // a pause is no part of the next step
  }
  if (stop?.aborted) return;
  yield { type: 'stage', stage: 'evaluate' };
  const afterSft = await evaluateStage(session, 'sft', [supervised.trainer, supervised.optimizer]);
  yield afterSft;

  let curation: Curation | null = null;
  if (recipe.curation.select !== 'none' && recipe.grpo.steps > 0) {
    yield { type: 'stage', stage: 'curate' };
    curation = new Curation(session);
    yield await curation.select(0);
  }

  device.copy(session.working.buffer, session.reference.buffer);
  yield { type: 'stage', stage: 'compile' };
  const policy = await openPolicy(session);
  yield { type: 'stage', stage: 'grpo' };
  const curve: CurvePoint[] = [];
  const watch = new PolicyWatch();
  last = now();
  const sampler = await session.openSampler();
  const problems = curation?.problems ?? sources.grpo;
  for await (const step of grpo(policy, sampler, problems, tokenizer, grpoOptions(recipe, custom))) {
    assertFinite(`GRPO step ${step.step}`, step.metrics, recipe);
    curve.push(curvePoint(step));
    const alert = watch.see(step.metrics);
    yield { type: 'grpo', ...step, ...(alert && { alert }), step_time: stepTime() };
    if (stop?.aborted) return;
    if (curation?.dueAfter(step.step)) {
      yield { type: 'stage', stage: 'curate' };
      yield await curation.select(step.step);
      yield { type: 'stage', stage: 'grpo' };
    }
    last = now();
  }
  let afterGrpo = afterSft;
  if (curve.length > 0) {
    yield { type: 'stage', stage: 'evaluate' };
    afterGrpo = await evaluateStage(session, 'grpo', [policy.trainer, policy.optimizer]);
    yield afterGrpo;
  }
  const summary: Summary = {
    recipe: recipe.name,
    seed: recipe.seed,
    adapter: device.name,
    seconds: now() - began,
    memory: { estimated_bytes, peak_bytes: device.counters.bytesPeak },
    ...(base && { base: stageAccuracy(base) }),
    sft: { steps: sftSteps, final_loss: finalLoss, ...stageAccuracy(afterSft) },
    grpo: { steps: curve.length, curve, ...stageAccuracy(afterGrpo) },
  };
  yield { type: 'end', summary };
}

/** Training has left the finite numbers. The weights are still those of the last finite step. */
export class DivergedError extends Error {}

function assertFinite(where: string, numbers: Readonly<Record<string, number>>, { precision }: Recipe): void {
  const help = precision === 'f16' ? 'precision f32 or a lower learning rate' : 'a lower learning rate';
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value)) throw new DivergedError(`${where}: ${name} is ${value}; ${help} may help`);
}
