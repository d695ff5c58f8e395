/** What a run in f16 is held to: kernels that were tried on the adapter before the first step, and what it costs in log-probabilities and gradients. */

import { rowsOf } from '../../data/packing';
import { drawTrace } from '../../data/problems';
import type { Device, Dispatch } from '../../gpu/device';
import { type AnyKernel, storesHalf } from '../../gpu/kernel';
import { compileTrials, mismatchOf } from '../../graph/variants/selfTest';
import { random } from '../../random';
import type { BatchCapacity } from '../../train/batch';
import { type GradientCost, gradientCost, type StorageCost, storageCost } from '../../train/storageCost';
import type { Example } from '../../train/supervised';
import type { Session } from './session';

/** @throws naming every kernel with buffers in f16 that computes on this device what its plain loops do not */
export async function assertSound(device: Device, dispatches: readonly Dispatch[]): Promise<void> {
  const kernels = [...new Set(dispatches.map((dispatch): AnyKernel => dispatch.kernel))].filter(storesHalf);
  await compileTrials(device, kernels);
  const wrong: string[] = [];
  for (const kernel of kernels) {
    const verdict = await mismatchOf(device, kernel);
    if (verdict !== null) wrong.push(`${kernel.name}: ${verdict}`);
  }
  if (wrong.length > 0)
    throw new Error(`precision: ${device.name} computes wrong in f16 (${wrong.join('; ')}): choose f32`);
}

/** Rows of the batch that is scored: few, so that it takes less memory than training does. */
const SCORED_ROWS = 1024;

/**
 * What is scored: teacher traces of held-out problems, long and short ones as SFT mixes them, but for those that are longer than anything the
 * run trains on: SFT may be taught other tasks than the one that is evaluated.
 */
function scored(session: Session): { readonly examples: readonly Example[]; readonly capacity: BatchCapacity } {
  const { recipe, tokenizer, lengths } = session;
  const { task, problems } = session.evaluated[0]!;
  const shares = { short: recipe.sft.shortShare, mend: recipe.sft.mendShare };
  const stream = random(recipe.seed, 'scored traces');
  const capacity = { tokens: Math.max(SCORED_ROWS, lengths.longest), longest: lengths.longest };
  const examples: Example[] = [];
  let room = capacity.tokens;
  for (const problem of problems) {
    const prompt = tokenizer.chatPrompt(problem.prompt);
    const completion = tokenizer.completion(drawTrace(task, problem, shares, stream).completion);
    const ids = [...prompt, ...completion];
    if (ids.length > lengths.longest) continue;
    room -= rowsOf(ids);
    if (room < 0) break;
    examples.push({ ids, mask: ids.map((_, t) => (t < prompt.length ? 0 : 1)) });
  }
  return { examples, capacity };
}

const arenasOf = ({ weights, working }: Session) => [weights, working] as const;

/** Log-probabilities in f16 against f32; null where no trace fits. */
export async function storageCostOf(session: Session): Promise<StorageCost | null> {
  const { examples, capacity } = scored(session);
  if (examples.length === 0) return null;
  return storageCost(session.device, session.config, arenasOf(session), examples, capacity);
}

/** Gradients over the same traces. */
export async function gradientCostOf(session: Session): Promise<GradientCost | null> {
  const { examples, capacity } = scored(session);
  if (examples.length === 0) return null;
  const { recompute } = session.recipe.memory;
  return gradientCost(session.device, session.config, arenasOf(session), examples, { ...capacity, recompute });
}
