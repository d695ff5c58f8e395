/** Plans of a run before it starts: the memory that it will take, and the kernels that it will compute with. */
import { rowsOf } from '../../data/packing';
import { type DeviceLimits, openCountingDevice } from '../../gpu/counting';
import type { Dispatch } from '../../gpu/device';
import { PART_BYTES } from '../../gpu/staging';
import { RUN_AHEAD } from '../../train/sft';
import type { Recipe } from '../recipe/recipe';
import { f16Costs } from './precision';
import { Session } from './session';
import { openPolicy, openSupervised } from './stages';

/** Counts that set the time of a step. */
export interface StepSize {
  /** Number of weights. */
  readonly weights: number;
  /** Tokens of the longest sequence. */
  readonly longest: number;
}

/** Bytes. The parts add up to the peak. */
export interface MemoryEstimate {
  /** Weights (and their copy in f16), gradients, the optimizer's state, and the frozen reference. */
  readonly parameters: number;
  /** Intermediates of the larger of the two training plans, without logits. */
  readonly activations: number;
  /** Logits alive at one time: one chunk. */
  readonly logits: number;
  /** Keys, values and everything else of decoding. */
  readonly decoding: number;
  /** Batches, uniforms, and what readbacks go through. */
  readonly other: number;
  readonly peak: number;
  readonly size: StepSize;
}

/**
 * Estimates the memory of a run: the run's parts are opened in the same order on a device that only counts, and the largest
 * batches are stepped through them. Every kernel takes its first variant, so that the estimate does not depend on measurements.
 * @throws as a session does, where a buffer is larger than the device binds
 */
export async function estimateMemory(recipe: Recipe, limits: DeviceLimits): Promise<MemoryEstimate> {
  const device = openCountingDevice({ ...limits, tuningCache: null });
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
  if (recipe.precision === 'f16') await f16Costs(session);

  const policy = await openPolicy(session);
  const completion = { ids, promptLength: prompt, advantage: 0, weight: 0, old: null };
  const rollouts = recipe.grpo.prompts * recipe.grpo.groupSize;
  await stepPass(completion, rollouts, policy.capacity.tokens, 1, (pass) => policy.trainer.step(pass, 0, 0));

  // a checkpoint is read back in parts, one at a time
  device.createBuffer('staging', Math.min(PART_BYTES, session.weights.buffer.bytes));

  const plans = [supervised.trainer.memory, policy.trainer.memory];
  const { plan, logits } = plans.reduce((a, b) => (a.plan > b.plan ? a : b));
  const { weights, working, gradients, reference } = session.model;
  const stateBytes = Math.max(supervised.optimizer.stateBytes, policy.optimizer.stateBytes); // one is open at a time
  const arenas = new Set([weights, working, gradients, reference]);
  const parameters = [...arenas].reduce((sum, { buffer }) => sum + buffer.bytes, stateBytes);
  const activations = plan - logits;
  const peak = counters.bytesPeak;
  const other = peak - parameters - activations - logits - decoding;
  return {
    parameters,
    activations,
    logits,
    decoding,
    other,
    peak,
    size: { weights: session.model.table.count, longest },
  };
}

/**
 * Every dispatch of a run's plans, with the variants that the device's tuning cache names: a run compiles all of them before
 * its first step.
 */
export async function plannedDispatches(recipe: Recipe, limits: DeviceLimits): Promise<readonly Dispatch[]> {
  const dispatches: Dispatch[] = [];
  const session = new Session(
    openCountingDevice(limits, (prepared) => dispatches.push(...prepared)),
    recipe,
  );
  await session.openSampler();
  await openSupervised(session);
  if (recipe.precision === 'f16') await f16Costs(session);
  await openPolicy(session);
  return dispatches;
}
