/** Checks of a run in f16: its kernels are tried on the adapter before the first step, and its cost in accuracy is measured. */
import { rowsOf } from '../../data/packing';
import { drawTrace } from '../../data/problems';
import type { Device, Dispatch } from '../../gpu/device';
import { type AnyKernel, storesHalf } from '../../gpu/kernel';
import { compileTrials, mismatchOf } from '../../graph/variants/selfTest';
import { random } from '../../random';
import { gradientCost, type ScoredBatch, storageCost } from '../../train/storageCost';
import type { Example } from '../../train/supervised';
import { traceShares } from '../recipe/traces';
import type { EvaluationEvent } from './events';
import type { Session } from './session';

/** @throws naming every kernel with buffers in f16 that computes on this device what its plain loops do not */
export async function assertSound(device: Device, dispatches: readonly Dispatch[]): Promise<void> {
  const kernels = [...new Set(dispatches.map((dispatch): AnyKernel => dispatch.kernel))].filter(storesHalf);
  await compileTrials(device, kernels);
  const wrong: string[] = [];
  for (const kernel of kernels) {
    const mismatch = await mismatchOf(device, kernel);
    if (mismatch !== null) wrong.push(`${kernel.name}: ${mismatch}`);
  }
  if (wrong.length > 0)
    throw new Error(`precision: ${device.name} computes wrong in f16 (${wrong.join('; ')}): choose f32`);
}

/** Rows of the batch that is scored: few, so that it takes less memory than training does. */
const SCORED_ROWS = 1024;

/**
 * Teacher traces of held-out problems, long and short ones as SFT mixes them. Traces longer than anything the run trains on are
 * left out: SFT may train on other tasks than the one that is evaluated.
 */
function scoredTraces({
  recipe,
  tokenizer,
  lengths,
  evaluated,
}: Pick<Session, 'recipe' | 'tokenizer' | 'lengths' | 'evaluated'>): ScoredBatch {
  const { task, problems } = evaluated[0]!;
  const stream = random(recipe.seed, 'scored traces');
  const { recompute } = recipe.memory;
  const capacity = { tokens: Math.max(SCORED_ROWS, lengths.longest), longest: lengths.longest, recompute };
  const examples: Example[] = [];
  let room = capacity.tokens;
  for (const problem of problems) {
    const prompt = tokenizer.chatPrompt(problem.prompt);
    const completion = tokenizer.completion(drawTrace(task, problem, traceShares(recipe), stream).completion);
    const ids = [...prompt, ...completion];
    if (ids.length > lengths.longest) continue;
    room -= rowsOf(ids);
    if (room < 0) break;
    examples.push({ ids, mask: ids.map((_, t) => (t < prompt.length ? 0 : 1)) });
  }
  return { examples, capacity };
}

/**
 * Cost of f16: how far log-probabilities and gradients lie from those in f32, over the same traces. Empty where no trace fits.
 */
export async function f16Costs(
  session: Pick<Session, 'model' | 'recipe' | 'tokenizer' | 'lengths' | 'evaluated'>,
): Promise<Pick<EvaluationEvent, 'storage_logp_difference' | 'storage_gradient_difference'>> {
  const { model } = session;
  const batch = scoredTraces(session);
  if (batch.examples.length === 0) return {};
  return {
    storage_logp_difference: await storageCost(model, batch),
    storage_gradient_difference: await gradientCost(model, batch),
  };
}
