/**
 * One optimizer step as a plan: gradient planes, gradient norm, clip factor, the updates of each rule, the working copy. No
 * readback. An arena larger than one binding is bound in slices, with the same numbers to the bit.
 */
import { type Device, type DeviceBuffer, whole } from '../../gpu/device';
import { readInParts } from '../../gpu/staging';
import type { Graph, Tensor } from '../../graph/graph';
import { makePlan, type Plan } from '../../graph/plan';
import { trace } from '../../graph/trace';
import { clipScale, NORM_PARTIALS, squareSum } from '../../kernels/gradNorm';
import { planeSum } from '../../kernels/planeSum';
import { type Arena, arenaSlices } from '../../model/parameters';
import { emitWorkingWeights, flat } from '../workingWeights';
import type { CommonOptions, Optimizer, OptimizerArenas, OptimizerState } from './optimizer';
import type { StateBuffer } from './part';

/** Updates one part of the parameters. */
export interface UpdateRule {
  readonly state: readonly StateBuffer[];
  /** Other buffers of the rule. */
  readonly constants?: readonly DeviceBuffer[];
  /** Emits the dispatches of an update. @param clip (norm, factor) [2]; a factor below 0 must leave all as it is */
  emit(graph: Graph, clip: Tensor): void;
  /** Numbers that change from step to step. @param step counted from 1 */
  dynamics(step: number, lr: number): Readonly<Record<string, number>>;
}

/** Emits the sum of the gradient planes, the norm of the whole gradient and the factor that clips it. */
function emitClip(graph: Graph, device: Device, gradients: Arena, clipBuffer: DeviceBuffer, maxNorm: number): Tensor {
  const { planes, table } = gradients;
  if (planes > 1) {
    const all = graph.external('gradient planes', [planes, table.arenaSize], whole(gradients.buffer));
    graph.dispatch('gradient planes', planeSum, { planes: all }, { count: table.arenaSize, planes });
  }
  const partial = graph.tensor('squares', [NORM_PARTIALS]);
  for (const [i, slice] of arenaSlices(table, device).entries())
    graph.dispatch(
      'square sum',
      squareSum,
      { x: flat(graph, gradients, slice), partial },
      { count: slice.count, partials: NORM_PARTIALS, accumulate: i === 0 ? 0 : 1 },
    );
  const clip = graph.external('clip', [2], whole(clipBuffer));
  graph.dispatch('clip', clipScale, { partial, clip }, { partials: NORM_PARTIALS, maxNorm });
  return clip;
}

/** An optimizer from its rules, each for its part of the parameters. The rules' buffers are destroyed with it. */
export async function createOptimizer(
  device: Device,
  { weights, gradients, working = weights }: OptimizerArenas,
  { maxGradNorm }: CommonOptions,
  rules: readonly UpdateRule[],
): Promise<Optimizer> {
  const clip = device.createBuffer('clip', 16);
  const { graph } = await trace(device, (graph) => {
    const factor = emitClip(graph, device, gradients, clip, maxGradNorm ?? 0);
    for (const rule of rules) rule.emit(graph, factor);
    emitWorkingWeights(graph, device, { weights, working });
  });
  return new PlannedOptimizer(device, rules, await makePlan(device, graph), clip);
}

class PlannedOptimizer implements Optimizer {
  private steps = 0;
  private readonly buffers: readonly StateBuffer[];

  constructor(
    private readonly device: Device,
    private readonly rules: readonly UpdateRule[],
    private readonly plan: Plan,
    readonly clip: DeviceBuffer,
  ) {
    this.buffers = rules.flatMap(({ state }) => state);
  }

  get stateBytes(): number {
    return this.buffers.reduce((sum, { buffer }) => sum + buffer.bytes, 0);
  }

  step(lr: number) {
    this.steps++;
    const dynamics = Object.assign({}, ...this.rules.map((rule) => rule.dynamics(this.steps, lr)));
    return [{ sequence: this.plan.sequence, dynamics }];
  }

  async state(): Promise<OptimizerState> {
    const { steps } = this; // those submitted before the readback
    const tensors: ReturnType<StateBuffer['named']> = [];
    for (const state of this.buffers) tensors.push(...state.named(await readInParts(this.device, whole(state.buffer))));
    return { steps, tensors: new Map(tensors) };
  }

  load({ steps, tensors }: OptimizerState): void {
    const fail = (problem: string) => {
      throw new Error(`optimizer state: ${problem}; load the state of the same optimizer and model`);
    };
    if (!Number.isInteger(steps) || steps < 0) fail(`it has taken ${steps} steps`);
    const known = new Set<string>();
    for (const { name, spec } of this.buffers.flatMap((state) => state.tensors)) {
      known.add(name);
      const tensor = tensors.get(name);
      if (!tensor) return fail(`${name} is missing`);
      if (tensor.shape.join() !== spec.shape.join() || tensor.data.length !== spec.size)
        fail(`${name} has shape [${tensor.shape}], expected [${spec.shape}]`);
    }
    for (const name of tensors.keys()) if (!known.has(name)) fail(`${name} is unknown`);
    this.steps = steps;
    for (const state of this.buffers) state.load(tensors);
  }

  destroy(): void {
    this.plan.destroy();
    const owned = this.rules.flatMap(({ constants = [] }) => constants);
    for (const buffer of [...this.buffers.map((state) => state.buffer), ...owned, this.clip]) buffer.destroy();
  }
}
