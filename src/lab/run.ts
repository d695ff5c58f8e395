/**
 * A run: SFT, then GRPO, with an evaluation after each, as an async generator of events. Nothing happens that is not pulled:
 * to pause is not to pull, to stop is to return.
 */
import { measureAccuracy } from '../eval/accuracy';
import { initialTensors } from '../model/parameters';
import { grpo } from '../train/grpo';
import { sft } from '../train/sft';
import { type CurvePoint, curvePoint, type EvaluationEvent, type LabEvent, type Summary } from './events';
import { estimateMemory, rehearse } from './memory';
import { grpoOptions, sftOptions } from './options';
import { assertSound, storageCostOf } from './precision';
import type { Recipe } from './recipe';
import type { Session } from './session';
import { openPolicy, openSupervised } from './stages';

interface Ended {
  destroy(): void;
}

/** @param now seconds, for step times */
export async function* run(
  session: Session,
  now: () => number = () => performance.now() / 1000,
): AsyncGenerator<LabEvent, void> {
  const { recipe, device, task, tokenizer } = session;
  const began = now();
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
  session.load(initialTensors(session.config, recipe.model.initializerRange, recipe.seed));
  const { temperature } = recipe.evaluation;
  const measure = (sampling: { temperature: number }, seedOffset: number) =>
    measureAccuracy(session.generate, task, tokenizer, session.heldOut, {
      ...sampling,
      seed: (recipe.seed + seedOffset) >>> 0,
    });
  /** @param finished what the stage trained with: it makes room for what is measured last */
  const evaluation = async (
    stage: 'sft' | 'grpo',
    { trainer, optimizer }: { trainer: Ended; optimizer: Ended },
  ): Promise<EvaluationEvent> => {
    const greedy = await measure({ temperature: 0 }, 0);
    const sampled = await measure({ temperature }, 0x5eed);
    session.release(trainer, optimizer);
    const cost = recipe.precision === 'f16' && { storage_logp_difference: await storageCostOf(session) };
    return { type: 'evaluation', stage, greedy, sampled, ...cost };
  };

  yield { type: 'stage', stage: 'compile' };
  await session.openSampler();
  const supervised = await openSupervised(session);
  // what GRPO will want too: nothing is compiled between the first step and the last
  const { dispatches } = await rehearse(recipe, device);
  await device.compile(dispatches);
  await assertSound(device, dispatches);

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
  const gate = async () => (await measure({ temperature }, 0x9a7e)).accuracy;
  for await (const step of sft(supervised.trainer, task, tokenizer, sftOptions(recipe), gate)) {
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
  yield { type: 'stage', stage: 'evaluate' };
  const afterSft = await evaluation('sft', supervised);
  yield afterSft;

  device.copy(session.working.buffer, session.reference.buffer);
  yield { type: 'stage', stage: 'compile' };
  const policy = await openPolicy(session);
  yield { type: 'stage', stage: 'grpo' };
  const curve: CurvePoint[] = [];
  last = now();
  const sampler = await session.openSampler();
  for await (const step of grpo(policy.trainer, sampler, task, tokenizer, grpoOptions(recipe))) {
    assertFinite(`GRPO step ${step.step}`, step.metrics, recipe);
    curve.push(curvePoint(step));
    yield { type: 'grpo', ...step, step_time: stepTime() };
    last = now();
  }
  let afterGrpo = afterSft;
  if (curve.length > 0) {
    yield { type: 'stage', stage: 'evaluate' };
    afterGrpo = await evaluation('grpo', policy);
    yield afterGrpo;
  }
  const summary: Summary = {
    recipe: recipe.name,
    seed: recipe.seed,
    adapter: device.name,
    seconds: now() - began,
    memory: { estimated_bytes, peak_bytes: device.counters.bytesPeak },
    sft: { steps: sftSteps, final_loss: finalLoss, ...accuracies(afterSft) },
    grpo: { steps: curve.length, curve, ...accuracies(afterGrpo) },
  };
  yield { type: 'end', summary };
}

const accuracies = ({ greedy, sampled, storage_logp_difference: cost }: EvaluationEvent) => ({
  greedy_accuracy: greedy.accuracy,
  sampled_accuracy: sampled.accuracy,
  mean_length: greedy.meanLength,
  ...(cost && { storage_logp_difference: cost }),
});

function assertFinite(where: string, numbers: Readonly<Record<string, number>>, { precision }: Recipe): void {
  const help = precision === 'f16' ? 'precision f32 or a lower learning rate' : 'a lower learning rate';
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value)) throw new Error(`${where}: ${name} is ${value}; ${help} may help`);
}
