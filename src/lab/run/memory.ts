/**
 * How much memory a run will take, told before it starts: what a run opens is opened in the same order on a device that only
 * counts, and the largest batches are stepped through it.
 */
import { rowsOf } from '../../data/packing';
import { type DeviceLimits, openCountingDevice } from '../../gpu/counting';
import type { Dispatch } from '../../gpu/device';
import { RUN_AHEAD } from '../../train/sft';
import type { Recipe } from '../recipe/recipe';
import { gradientCostOf, storageCostOf } from './precision';
import { Session } from './session';
import { openPolicy, openSupervised } from './stages';

/** Bytes. The parts add up to the peak. */
export interface MemoryEstimate {
  /** Weights (and their copy in f16), gradients, both moments of AdamW, and the frozen reference. */
  readonly parameters: number;
  /** Intermediates of the larger of the two training plans, without logits. */
  readonly activations: number;
  /** The logits that stand at a time. */
  readonly logits: number;
  /** Keys, values and everything else of decoding. */
  readonly decoding: number;
  /** Batches, uniforms, and what readbacks go through. */
  readonly other: number;
  readonly peak: number;
}

/** Weights and two moments of them in f32. */
const MASTERS = 3;

/**
 * With every kernel in its first form, so that it tells the same before anything was measured and after.
 * @throws as a session does, where a buffer is larger than the device binds
 */
export const estimateMemory = async (recipe: Recipe, limits: DeviceLimits): Promise<MemoryEstimate> =>
  (await rehearse(recipe, { ...limits, tuningCache: null })).memory;

/** What a run will take, and every dispatch that its plans are made of. */
export async function rehearse(
  recipe: Recipe,
  limits: DeviceLimits,
): Promise<{ readonly memory: MemoryEstimate; readonly dispatches: readonly Dispatch[] }> {
  const dispatches: Dispatch[] = [];
  const device = openCountingDevice(limits, (prepared) => dispatches.push(...prepared));
  const { counters } = device;
  const session = new Session(device, recipe);
  const before = counters.bytesLive;
  await session.openSampler();
  const decoding = counters.bytesLive - before;

  const { longest, prompt } = session.lengths;
  const ids = new Array<number>(longest).fill(0);
  /** Steps one pass full of the longest sequences; the others would be like it. */
  const stepPass = async <T>(
    sequence: T,
    count: number,
    tokens: number,
    ahead: number,
    step: (pass: T[]) => unknown,
  ) => {
    const fitting = Math.max(1, Math.floor(tokens / rowsOf(ids)));
    const unstaged = counters.bytesLive;
    await step(new Array<T>(Math.min(count, fitting)).fill(sequence));
    const staging = counters.bytesLive - unstaged;
    // the readbacks of all passes of the steps that run ahead may be under way together
    for (let more = Math.ceil(count / fitting) * ahead; more > 1; more--) device.createBuffer('staging', staging);
  };

  const supervised = await openSupervised(session);
  const trace = { ids, mask: ids.map((_, t) => (t >= prompt ? 1 : 0)) };
  const sftTokens = supervised.capacity.tokens;
  await stepPass(trace, recipe.sft.sequences, sftTokens, RUN_AHEAD + 1, (pass) => supervised.trainer.step(pass, 0));
  session.release(supervised.trainer, supervised.optimizer);
  if (recipe.precision === 'f16') {
    await storageCostOf(session);
    await gradientCostOf(session);
  }

  const policy = await openPolicy(session);
  const completion = { ids, promptLength: prompt, advantage: 0, weight: 0, old: null };
  const rollouts = recipe.grpo.prompts * recipe.grpo.groupSize;
  await stepPass(completion, rollouts, policy.capacity.tokens, 1, (pass) => policy.trainer.step(pass, 0, 0));

  const plans = [supervised.trainer.memory, policy.trainer.memory];
  const { plan, logits } = plans.reduce((a, b) => (a.plan > b.plan ? a : b));
  const { weights, working, gradients, reference } = session;
  const others = new Set([gradients, reference, ...(working === weights ? [] : [working])]);
  const parameters = [...others].reduce((sum, { buffer }) => sum + buffer.bytes, MASTERS * weights.buffer.bytes);
  const activations = plan - logits;
  const peak = counters.bytesPeak;
  const other = peak - parameters - activations - logits - decoding;
  return { memory: { parameters, activations, logits, decoding, other, peak }, dispatches };
}
