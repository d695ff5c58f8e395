/** A packed batch on the device: buffers of a fixed capacity that every step writes anew. */
import { type Packed, sortByToken } from '../data/packing';
import type { Device, DeviceBuffer } from '../gpu/device';
import { whole } from '../gpu/device';
import type { Graph, Tensor } from '../graph/graph';
import { type Chunks, chunkDynamics, logitsChunks } from '../graph/ops/head';
import type { Plan } from '../graph/plan';
import { NORM_BLOCK } from '../kernels/rmsNormGrad';
import { type PhiConfig, rotaryDim } from '../model/config';
import type { PhiInputs } from '../model/phi';
import { rotationsBuffer } from '../model/rotations';

export interface BatchCapacity {
  /** Most tokens of one forward pass; longer steps are several passes whose gradients add up. */
  readonly tokens: number;
  /** Most tokens of one sequence. */
  readonly longest: number;
  /** Most bytes of logits that stand at a time, or a default. */
  readonly logitsBytes?: number;
  /** Keeps of each block its input alone and computes the block again in the backward pass. */
  readonly recompute?: boolean;
}

/** What a trainer's plan holds, bytes. */
export interface TrainingMemory {
  /** Of all intermediates, logits included. */
  readonly plan: number;
  /** What the forward pass leaves to the backward pass. */
  readonly saved: number;
  /** One chunk of logits. */
  readonly logits: number;
}

export class TokenBatch {
  private readonly buffers = new Map<string, { buffer: DeviceBuffer; shape: readonly number[] }>();
  readonly capacity: number;
  /** How the rows are cut where logits are made of them. */
  readonly chunks: Chunks;

  constructor(
    private readonly device: Device,
    private readonly config: PhiConfig,
    { tokens: capacity, longest, logitsBytes }: BatchCapacity,
  ) {
    this.capacity = capacity;
    this.chunks = logitsChunks(capacity, config.vocab_size, logitsBytes);
    for (const name of ['ids', 'positions', 'starts', 'ends', 'targets', 'order']) this.add(name, [capacity]);
    this.add('offsets', [config.vocab_size + 1]);
    const rotations = rotationsBuffer(device, config, longest);
    this.buffers.set('rotations', { buffer: rotations, shape: [longest, rotaryDim(config) / 2, 2] });
  }

  /** A further array of the batch, for what a loss needs. */
  add(name: string, shape: readonly number[]): void {
    const bytes = Math.ceil(shape.reduce((product, n) => product * n, 1) / 4) * 16;
    this.buffers.set(name, { buffer: this.device.createBuffer(name, bytes), shape });
  }

  tensor(graph: Graph, name: string): Tensor {
    const { buffer, shape } = this.entry(name);
    return graph.external(name, shape, whole(buffer));
  }

  inputs(graph: Graph): PhiInputs {
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

  /** Writes the packed tokens and returns the dynamic numbers that every plan over this batch runs with. */
  write(packed: Packed): Record<string, number> {
    if (packed.tokens > this.capacity) throw new Error(`${packed.tokens} tokens in a batch of ${this.capacity}`);
    const { order, offsets } = sortByToken(packed.ids, this.config.vocab_size);
    const { ids, positions, starts, ends, targets } = packed;
    for (const [name, data] of Object.entries({ ids, positions, starts, ends, targets, order, offsets }))
      this.writeArray(name, data);
    const normBlocks = Math.ceil(packed.tokens / NORM_BLOCK);
    return { tokens: packed.tokens, normBlocks, ...chunkDynamics(this.chunks, packed.tokens) };
  }

  /** @param plan over this batch */
  memoryOf(plan: Plan): TrainingMemory {
    const logits = this.chunks.rows * this.config.vocab_size * 4;
    return { plan: plan.bytes, saved: plan.savedBytes, logits };
  }

  writeArray(name: string, data: Uint32Array | Float32Array): void {
    if (data.length > 0) this.device.write(this.entry(name).buffer, data);
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
