/**
 * A run: SFT, then GRPO, with an evaluation after each, as an async generator of events. Nothing happens that is not pulled:
 * to pause is not to pull, to stop is to return.
 */
import { freshProblems } from '../data/problems';
import { measureAccuracy } from '../eval/accuracy';
import { initialTensors } from '../model/parameters';
import { random } from '../random';
import { grpo } from '../train/grpo';
import { sft } from '../train/sft';
import { type CurvePoint, curvePoint, type EvaluationEvent, type LabEvent, type Summary } from './events';
import { estimateMemory, rehearse } from './memory';
import { grpoOptions, openCustom, sftOptions } from './options';
import type { Session } from './session';
import { openPolicy, openSupervised } from './stages';

/** @param now seconds, for step times */
export async function* run(
  session: Session,
  now: () => number = () => performance.now() / 1000,
): AsyncGenerator<LabEvent, void> {
  const { recipe, device, task, tokenizer } = session;
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
  session.weights.load(initialTensors(session.config, recipe.model.initializerRange, recipe.seed));
  const { temperature } = recipe.evaluation;
  const measure = (sampling: { temperature: number }, seedOffset: number) =>
    measureAccuracy(session.generate, task, tokenizer, session.heldOut, {
      ...sampling,
      seed: (recipe.seed + seedOffset) >>> 0,
    });
  const evaluation = async (stage: 'sft' | 'grpo'): Promise<EvaluationEvent> => ({
    type: 'evaluation',
    stage,
    greedy: await measure({ temperature: 0 }, 0),
    sampled: await measure({ temperature }, 0x5eed),
  });

  yield { type: 'stage', stage: 'compile' };
  await session.openSampler();
  const supervised = await openSupervised(session);
  // what GRPO will want too: nothing is compiled between the first step and the last
  await device.compile((await rehearse(recipe, device)).dispatches);

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
  const stream = random(recipe.seed, 'sft');
  const problems = freshProblems(task, recipe.task.level, stream);
  for await (const step of sft(supervised.trainer, problems, stream, tokenizer, sftOptions(recipe), gate)) {
    sftSteps = step.step;
    finalLoss = step.loss;
    tokens += step.tokens;
    assertFinite(`SFT step ${step.step}`, { loss: step.loss, grad_norm: step.gradNorm });
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
  const afterSft = await evaluation('sft');
  yield afterSft;
  session.release(supervised.trainer, supervised.optimizer);

  device.copy(session.weights.buffer, session.reference.buffer);
  yield { type: 'stage', stage: 'compile' };
  const policy = await openPolicy(session);
  yield { type: 'stage', stage: 'grpo' };
  const curve: CurvePoint[] = [];
  last = now();
  const sampler = await session.openSampler();
  const prompts = freshProblems(task, recipe.task.level, random(recipe.seed, 'grpo'));
  for await (const step of grpo(policy.trainer, sampler, prompts, tokenizer, grpoOptions(recipe, custom))) {
    assertFinite(`GRPO step ${step.step}`, step.metrics);
    curve.push(curvePoint(step));
    yield { type: 'grpo', ...step, step_time: stepTime() };
    last = now();
  }
  let afterGrpo = afterSft;
  if (curve.length > 0) {
    yield { type: 'stage', stage: 'evaluate' };
    afterGrpo = await evaluation('grpo');
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

const accuracies = ({ greedy, sampled }: EvaluationEvent) => ({
  greedy_accuracy: greedy.accuracy,
  sampled_accuracy: sampled.accuracy,
  mean_length: greedy.meanLength,
});

function assertFinite(where: string, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value)) throw new Error(`${where}: ${name} is ${value}; a lower learning rate may help`);
}
