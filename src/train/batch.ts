/** A packed batch on the device: buffers of a fixed capacity that every step overwrites. */
import { type Packed, sortByToken } from '../data/packing';
import type { DeviceBuffer } from '../gpu/device';
import { whole } from '../gpu/device';
import type { Graph, Tensor } from '../graph/graph';
import { type Chunks, chunkDynamics, type Head, logitsChunks } from '../graph/ops/head';
import type { Plan } from '../graph/plan';
import { NORM_BLOCK } from '../kernels/rmsNormGrad';
import { rotaryDim } from '../model/config';
import { hiddenStates, type PackedInputs, weightsOf } from '../model/forward';
import type { Model } from '../model/model';
import { type Arena, headParameter } from '../model/parameters';
import { rotationsBuffer } from '../model/rotations';

export interface BatchCapacity {
  /** Maximum tokens per forward pass. A longer step is several passes, whose gradients add up. */
  readonly tokens: number;
  /** Maximum tokens per sequence. */
  readonly longest: number;
  /** Maximum bytes of logits at a time; has a default. */
  readonly logitsBytes?: number;
  /** Saves only the input of each block, and recomputes the block in the backward pass. */
  readonly recompute?: boolean;
}

/** Memory of a trainer's plan, bytes. */
export interface TrainingMemory {
  /** All intermediates, logits included. */
  readonly plan: number;
  /** Activations that the forward pass saves for the backward pass. */
  readonly saved: number;
  /** One chunk of logits. */
  readonly logits: number;
}

interface ForwardOptions {
  readonly weights?: Arena;
  readonly gradients?: Arena | null;
  readonly recompute?: boolean | undefined;
}

export class TokenBatch {
  private readonly buffers = new Map<string, { buffer: DeviceBuffer; shape: readonly number[] }>();
  readonly capacity: number;
  /** Chunks of rows whose logits exist at a time. */
  readonly chunks: Chunks;

  constructor(
    private readonly model: Model,
    { tokens: capacity, longest, logitsBytes }: BatchCapacity,
  ) {
    const { device, config } = model;
    this.capacity = capacity;
    this.chunks = logitsChunks(capacity, config.vocab_size, logitsBytes);
    for (const name of ['ids', 'positions', 'starts', 'ends', 'targets', 'order']) this.add(name, [capacity]);
    this.add('offsets', [config.vocab_size + 1]);
    const rotations = rotationsBuffer(device, config, longest);
    this.buffers.set('rotations', { buffer: rotations, shape: [longest, rotaryDim(config) / 2, 2] });
  }

  /** Adds an array to the batch, for a loss that needs it. */
  add(name: string, shape: readonly number[]): void {
    const bytes = Math.ceil(shape.reduce((product, n) => product * n, 1) / 4) * 16;
    this.buffers.set(name, { buffer: this.model.device.createBuffer(name, bytes), shape });
  }

  tensor(graph: Graph, name: string): Tensor {
    const { buffer, shape } = this.entry(name);
    return graph.external(name, shape, whole(buffer));
  }

  /**
   * The forward pass up to lm_head.
   * @param weights those that it reads: the model's own, if left out
   * @param gradients places of their gradients; null for frozen weights
   */
  head(graph: Graph, { weights = this.model.working, gradients = null, recompute = false }: ForwardOptions = {}): Head {
    const w = weightsOf(graph, weights, gradients);
    const hidden = hiddenStates(graph, this.model, w, this.inputs(graph), recompute);
    return { hidden, weight: w(headParameter(this.model.config)), chunks: this.chunks };
  }

  private inputs(graph: Graph): PackedInputs {
    const tensor = (name: string) => this.tensor(graph, name);
    return {
      ids: tensor('ids'),
      order: tensor('order'),
      offsets: tensor('offsets'),
      positions: tensor('positions'),
      starts: tensor('starts'),
      ends: tensor('ends'),
      rotations: tensor('rotations'),
    };
  }

  /** Writes the packed tokens. @returns the dynamic numbers that every plan over this batch needs */
  write(packed: Packed): Record<string, number> {
    if (packed.tokens > this.capacity)
      throw new Error(`${packed.tokens} tokens do not fit a batch of ${this.capacity}; pack fewer`);
    const { order, offsets } = sortByToken(packed.ids, this.model.config.vocab_size);
    const { ids, positions, starts, ends, targets } = packed;
    for (const [name, data] of Object.entries({ ids, positions, starts, ends, targets, order, offsets }))
      this.writeArray(name, data);
    const normBlocks = Math.ceil(packed.tokens / NORM_BLOCK);
    return { tokens: packed.tokens, normBlocks, ...chunkDynamics(this.chunks, packed.tokens) };
  }

  /** Memory of a plan over this batch. */
  memoryOf(plan: Plan): TrainingMemory {
    const logits = this.chunks.rows * this.model.config.vocab_size * 4;
    return { plan: plan.bytes, saved: plan.savedBytes, logits };
  }

  writeArray(name: string, data: Uint32Array | Float32Array): void {
    if (data.length > 0) this.model.device.write(this.entry(name).buffer, data);
  }

  destroy(): void {
    for (const { buffer } of this.buffers.values()) buffer.destroy();
  }

  private entry(name: string) {
    const entry = this.buffers.get(name);
    if (!entry) throw new Error(`the batch has no array ${name}`);
    return entry;
  }
}
