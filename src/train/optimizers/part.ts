/** A part of the parameters that one update rule moves, and the buffers of its state. */
import type { Device, DeviceBuffer } from '../../gpu/device';
import { BYTES } from '../../gpu/dtype';
import type { Graph, Tensor } from '../../graph/graph';
import { DECAY_BLOCK } from '../../kernels/adamw';
import { arenaSlices, type ParameterSpec, type ParameterTable, type Slice, type Tensors } from '../../model/parameters';
import type { CommonOptions } from './optimizer';

/** Consecutive numbers of the arena that one binding takes. */
export interface Piece extends Slice {
  /** First number in the buffers of the part. */
  readonly at: number;
}

export interface Part {
  readonly specs: readonly ParameterSpec[];
  readonly pieces: readonly Piece[];
  /** Numbers in a buffer of the part, gaps included. */
  readonly size: number;
}

/** Numbers at whose multiples a stretch starts in the buffers of a part: a binding of its decays may start there. */
const STRETCH_UNIT = 64 * DECAY_BLOCK;

/** Bytes of the buffers of a part without tensors: WebGPU reads back no empty buffer. */
const LEAST_BYTES = 16;

/** The tensors that `chosen` names: neighbours in the arena stay neighbours in the buffers of the part. */
export function partOf(
  device: Pick<Device, 'maxBindingBytes'>,
  { specs, alignment }: ParameterTable,
  chosen: (spec: ParameterSpec) => boolean = () => true,
): Part {
  const aligned = (count: number, unit: number) => Math.ceil(count / unit) * unit;
  const kept = specs.filter(chosen).sort((a, b) => a.offset - b.offset);
  const stretches: { first: number; end: number }[] = [];
  for (const { offset, size } of kept) {
    const last = stretches.at(-1);
    // the tensor follows at once within a group, else at the next multiple of the alignment
    if (last && (offset === last.end || offset === aligned(last.end, alignment))) last.end = offset + size;
    else stretches.push({ first: offset, end: offset + size });
  }
  const pieces: Piece[] = [];
  let end = 0;
  for (const stretch of stretches) {
    const { first } = stretch;
    const count = aligned(stretch.end - first, alignment);
    const at = aligned(end, STRETCH_UNIT);
    for (const slice of arenaSlices({ arenaSize: count }, device))
      pieces.push({ first: first + slice.first, count: slice.count, at: at + slice.first });
    end = at + count;
  }
  return { specs: kept, pieces, size: end };
}

/** First number of a tensor in the buffers of the part. */
function placeIn({ pieces }: Part, { name, offset }: ParameterSpec): number {
  const piece = pieces.find(({ first, count }) => first <= offset && offset < first + count);
  if (!piece) throw new Error(`${name} is not in this part of the parameters`);
  return piece.at + offset - piece.first;
}

/** One number of state per parameter of a part, such as a moment. Starts at 0. */
export class StateBuffer {
  readonly buffer: DeviceBuffer;

  /** @param name torch's name of the state */
  constructor(
    private readonly device: Device,
    private readonly part: Part,
    readonly name: string,
  ) {
    this.buffer = device.createBuffer(name, Math.max(LEAST_BYTES, part.size * BYTES.f32));
  }

  /** State of a piece, [count]. */
  piece(graph: Graph, { at, count }: Piece): Tensor {
    return graph.external(this.name, [count], this.range(at, count));
  }

  /** State of one parameter, in its shape. */
  tensor(graph: Graph, spec: ParameterSpec): Tensor {
    return graph.external(`${spec.name} ${this.name}`, spec.shape, this.range(placeIn(this.part, spec), spec.size));
  }

  private range(first: number, count: number) {
    return { buffer: this.buffer, offset: first * BYTES.f32, bytes: count * BYTES.f32 };
  }

  /** Name and shape of every tensor of state. */
  get tensors(): { readonly name: string; readonly spec: ParameterSpec }[] {
    return this.part.specs.map((spec) => ({ name: `${spec.name}.${this.name}`, spec }));
  }

  /** Tensors of a readback of the whole buffer. */
  named(bytes: ArrayBuffer): [string, { shape: readonly number[]; data: Float32Array }][] {
    const all = new Float32Array(bytes);
    return this.tensors.map(({ name, spec }) => {
      const first = placeIn(this.part, spec);
      return [name, { shape: spec.shape, data: all.slice(first, first + spec.size) }];
    });
  }

  load(tensors: Tensors): void {
    const all = new Float32Array(this.part.size);
    for (const { name, spec } of this.tensors) all.set(tensors.get(name)?.data ?? [], placeIn(this.part, spec));
    this.device.write(this.buffer, all);
  }
}

/** Weight decay of every block of a part, in a buffer. */
export class Decays {
  readonly buffer: DeviceBuffer;

  constructor(device: Device, part: Part, { weightDecay, decay }: CommonOptions) {
    const blocks = part.size / DECAY_BLOCK;
    const decays = new Float32Array(blocks);
    for (const spec of part.specs) {
      const first = placeIn(part, spec);
      if (decay === 'all' || spec.shape.length > 1)
        decays.fill(weightDecay, first / DECAY_BLOCK, Math.ceil((first + spec.size) / DECAY_BLOCK));
    }
    this.buffer = device.createBuffer('weight decay', Math.max(LEAST_BYTES, Math.ceil(blocks / 4) * 16));
    device.write(this.buffer, decays);
  }

  /** Decays of the blocks of a piece, [count / 64]. */
  piece(graph: Graph, { at, count }: Piece): Tensor {
    const blocks = count / DECAY_BLOCK;
    const [offset, bytes] = [(at / DECAY_BLOCK) * BYTES.f32, Math.ceil(blocks / 4) * 16];
    return graph.external('weight decay', [blocks], { buffer: this.buffer, offset, bytes });
  }
}
