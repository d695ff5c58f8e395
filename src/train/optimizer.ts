/**
 * AdamW with gradient clipping over the whole arena: three dispatches (one more where gradients have planes, one where the
 * forward pass reads a copy of the weights), no readback. An arena larger than one binding is bound in slices: all but the
 * clip factor once for each, with the same numbers to the bit.
 */
import { type Device, type DeviceBuffer, type Run, whole } from '../gpu/device';
import { Graph } from '../graph/graph';
import { makePlan, type Plan } from '../graph/plan';
import { adamw, DECAY_BLOCK } from '../kernels/adamw';
import { copy } from '../kernels/copy';
import { clipScale, NORM_PARTIALS, squareSum } from '../kernels/gradNorm';
import { planeSum } from '../kernels/planeSum';
import { Arena, arenaSlices, type Slice } from '../model/parameters';

export interface OptimizerOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  /** Which tensors decay: matrices alone, or norm weights too. */
  readonly decay: 'matrices' | 'all';
  /** Largest norm of the whole gradient; null for no clipping. */
  readonly maxGradNorm: number | null;
}

export class Optimizer {
  private steps = 0;
  private constructor(
    readonly options: OptimizerOptions,
    private readonly plan: Plan,
    /** (gradient norm before clipping, factor), 2 floats. */
    readonly clip: DeviceBuffer,
    private readonly owned: readonly DeviceBuffer[],
  ) {}

  /** @param working what the forward pass reads: the weights, or a copy of them that every step makes anew */
  static async create(
    device: Device,
    weights: Arena,
    gradients: Arena,
    options: OptimizerOptions,
    working: Arena = weights,
  ): Promise<Optimizer> {
    const { table } = weights;
    const m = new Arena(device, table, 'first moments');
    const v = new Arena(device, table, 'second moments');
    const blocks = table.arenaSize / DECAY_BLOCK;
    const decayBuffer = device.createBuffer('weight decay', Math.ceil(blocks / 4) * 16);
    const decays = new Float32Array(blocks);
    for (const { offset, size, shape } of table.specs)
      if (options.decay === 'all' || shape.length > 1)
        decays.fill(options.weightDecay, offset / DECAY_BLOCK, Math.ceil((offset + size) / DECAY_BLOCK));
    device.write(decayBuffer, decays);
    const clipBuffer = device.createBuffer('clip', 16);
    const graph = new Graph();
    if (gradients.planes > 1)
      graph.dispatch(
        'gradient planes',
        planeSum,
        {
          planes: graph.external('gradient planes', [gradients.planes, table.arenaSize], whole(gradients.buffer)),
        },
        { count: table.arenaSize, planes: gradients.planes },
      );
    const slices = arenaSlices(table, device);
    const flat = (arena: Arena, slice: Slice) =>
      graph.external(arena.label, [slice.count], arena.slice(slice), arena.dtype);
    const partial = graph.tensor('squares', [NORM_PARTIALS]);
    for (const [i, slice] of slices.entries())
      graph.dispatch(
        'square sum',
        squareSum,
        { x: flat(gradients, slice), partial },
        { count: slice.count, partials: NORM_PARTIALS, accumulate: i === 0 ? 0 : 1 },
      );
    const clip = graph.external('clip', [2], whole(clipBuffer));
    graph.dispatch(
      'clip',
      clipScale,
      { partial, clip },
      { partials: NORM_PARTIALS, maxNorm: options.maxGradNorm ?? 0 },
    );
    for (const slice of slices) {
      const blocks = slice.count / DECAY_BLOCK;
      const decay = { buffer: decayBuffer, offset: (slice.first / DECAY_BLOCK) * 4, bytes: Math.ceil(blocks / 4) * 16 };
      const p = flat(weights, slice);
      graph.dispatch(
        'AdamW',
        adamw,
        {
          grads: flat(gradients, slice),
          decay: graph.external('weight decay', [blocks], decay),
          clip,
          m: flat(m, slice),
          v: flat(v, slice),
          p,
        },
        {
          count: slice.count,
          lr: { dynamic: 'lr' },
          beta1: options.betas[0],
          beta2: options.betas[1],
          eps: options.eps,
          correction1: { dynamic: 'correction1' },
          correction2: { dynamic: 'correction2' },
        },
      );
      if (working !== weights)
        graph.dispatch('working weights', copy, { x: p, y: flat(working, slice) }, { count: slice.count });
    }
    const owned = [m.buffer, v.buffer, decayBuffer, clipBuffer];
    return new Optimizer(options, await makePlan(device, graph), clipBuffer, owned);
  }

  /** The next step, to be submitted after the gradients. */
  step(lr: number): Run {
    this.steps++;
    const [beta1, beta2] = this.options.betas;
    const dynamics = { lr, correction1: 1 - beta1 ** this.steps, correction2: 1 - beta2 ** this.steps };
    return { sequence: this.plan.sequence, dynamics };
  }

  destroy(): void {
    this.plan.destroy();
    for (const buffer of this.owned) buffer.destroy();
  }
}
