/**
 * Parameters are one arena with a table of names: Hugging Face's names and shapes, each at an offset in one flat buffer.
 * Gradients and the optimizer's state are buffers of the same layout.
 */
import type { BufferRange, Device, DeviceBuffer } from '../gpu/device';
import { BYTES, type Dtype, fromStored, toStored } from '../gpu/dtype';
import { readInParts } from '../gpu/staging';
import type { Gradient } from '../graph/backward';
import { DECAY_BLOCK } from '../kernels/adamw';
import { NORM_PARTIALS } from '../kernels/gradNorm';
import { excerpt } from '../quote';
import { random } from '../random';
import { recordOf } from './architectures';
import type { Architecture, Parameter, ParameterGroup } from './architectures/architecture';
import type { ModelConfig } from './config';

/** Names that all architectures share. */
export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
const LM_HEAD = 'lm_head.weight';
/** The parameter of block l that an architecture names. */
export const blockParameter = (l: number, name: string): string => `model.layers.${l}.${name}.weight`;

/** The parameter that makes logits: the embedding where lm_head is tied to it. */
export const headParameter = ({ tie_word_embeddings }: Pick<ModelConfig, 'tie_word_embeddings'>): string =>
  tie_word_embeddings ? EMBEDDING : LM_HEAD;

export interface ParameterSpec extends Parameter {
  /**
   * First number in the arena. A multiple of the table's alignment, so that a binding may start there; but a tensor of a group
   * begins where the one before it ends.
   */
  readonly offset: number;
  readonly size: number;
}

export interface ParameterTable {
  readonly specs: readonly ParameterSpec[];
  /** Numbers in the arena, the gaps between tensors included. */
  readonly arenaSize: number;
  /** Parameters proper. */
  readonly count: number;
  /** Groups of tensors start at multiples of this, numbers. */
  readonly alignment: number;
}

/** Consecutive numbers of an arena. */
export interface Slice {
  readonly first: number;
  readonly count: number;
}

/**
 * Numbers at whose multiples slices start: a binding may start there in arenas of f32 and of f16 and in the list of the decays
 * of blocks, and the sums of the gradient norm go on from the slice before as if there were none.
 */
const SLICE_UNIT = Math.max(64 * DECAY_BLOCK, NORM_PARTIALS);

/** The arena cut into parts that one binding takes each, in order; one part where it fits. */
export function arenaSlices(
  { arenaSize }: Pick<ParameterTable, 'arenaSize'>,
  { maxBindingBytes }: Pick<Device, 'maxBindingBytes'>,
): Slice[] {
  if (arenaSize * BYTES.f32 <= maxBindingBytes) return [{ first: 0, count: arenaSize }];
  const most = Math.max(1, Math.floor(maxBindingBytes / BYTES.f32 / SLICE_UNIT)) * SLICE_UNIT;
  return Array.from({ length: Math.ceil(arenaSize / most) }, (_, i) => ({
    first: i * most,
    count: Math.min(most, arenaSize - i * most),
  }));
}

export type Tensors = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Numbers at whose multiples groups of tensors start, by the smallest type of the arenas that share the table. */
const ALIGNMENTS: Readonly<Record<Dtype, number>> = { f32: DECAY_BLOCK, f16: 2 * DECAY_BLOCK };

/** Groups of all parameters, in Hugging Face's order. */
function groupsOf(config: ModelConfig, architecture: Architecture): ParameterGroup[] {
  const { hidden_size: C, vocab_size: V, num_hidden_layers: L } = config;
  const block = architecture.parameters(config);
  const blocks = Array.from({ length: L }, (_, l) =>
    block.map((group) => group.map((parameter) => ({ ...parameter, name: blockParameter(l, parameter.name) }))),
  );
  const table = (name: string): ParameterGroup => [{ name, shape: [V, C], initialScale: 1 }];
  return [
    table(EMBEDDING),
    ...blocks.flat(),
    [{ name: FINAL_NORM, shape: [C], initialScale: null }],
    ...(config.tie_word_embeddings ? [] : [table(LM_HEAD)]),
  ];
}

const sizeOf = ({ shape }: Parameter): number => shape.reduce((product, n) => product * n, 1);
const isNorm = ({ initialScale }: Parameter): boolean => initialScale === null;

/**
 * @param smallest type of the numbers in the arenas of the table
 * @param architecture the one that the config names, if left out
 */
export function parameterTable(
  config: ModelConfig,
  smallest: Dtype = 'f32',
  architecture: Architecture = recordOf(config),
): ParameterTable {
  const alignment = ALIGNMENTS[smallest];
  const aligned = (size: number) => Math.ceil(size / alignment) * alignment;
  const groups = groupsOf(config, architecture);
  const norms = groups.flat().filter(isNorm).length;
  const specs: ParameterSpec[] = [];
  // All norms come first, side by side: one dispatch adds up their gradients (graph/ops/rmsNorm.ts).
  const ends = { norm: 0, other: norms * aligned(config.hidden_size) };
  for (const group of groups) {
    const area = group.every(isNorm) ? 'norm' : 'other';
    let offset = ends[area];
    for (const parameter of group) {
      const size = sizeOf(parameter);
      specs.push({ ...parameter, offset, size });
      offset += size;
    }
    ends[area] = aligned(offset);
  }
  return { specs, arenaSize: ends.other, count: specs.reduce((sum, spec) => sum + spec.size, 0), alignment };
}

/**
 * Fresh weights: normal(0, deviation), norms at 1. Each tensor draws from a stream of its own name.
 * @param deviation Hugging Face's `initializer_range`
 */
export function initialTensors({ specs }: Pick<ParameterTable, 'specs'>, deviation: number, seed: number): Tensors {
  return new Map(
    specs.map(({ name, shape, size, initialScale }) => {
      const stream = random(seed, 'weights', name);
      const draw = initialScale === null ? () => 1 : () => deviation * initialScale * stream.normal();
      return [name, { shape, data: Float32Array.from({ length: size }, draw) }];
    }),
  );
}

/**
 * One arena on a device: weights, their gradients, or a moment of them. Gradients may have several planes of the same layout:
 * parts of sums that are added up before they are used.
 */
export class Arena {
  readonly buffer: DeviceBuffer;
  private readonly specs: ReadonlyMap<string, ParameterSpec>;

  constructor(
    private readonly device: Device,
    readonly table: ParameterTable,
    readonly label: string,
    readonly planes = 1,
    readonly dtype: Dtype = 'f32',
  ) {
    this.buffer = device.createBuffer(label, planes * table.arenaSize * BYTES[dtype]);
    this.specs = new Map(table.specs.map((spec) => [spec.name, spec]));
  }

  /** The place of a parameter, or of several that lie side by side. @throws where they do not */
  range(...names: readonly string[]): BufferRange {
    const specs = names.map((name) => this.spec(name));
    const [first, last] = [specs[0]!, specs.at(-1)!];
    specs.slice(1).forEach(({ name, offset }, i) => {
      const before = specs[i]!;
      if (offset !== before.offset + before.size) throw new Error(`${name} does not follow ${before.name} in memory`);
    });
    const numbers = last.offset + last.size - first.offset;
    return {
      buffer: this.buffer,
      offset: first.offset * BYTES[this.dtype],
      bytes: Math.ceil(numbers / this.table.alignment) * this.table.alignment * BYTES[this.dtype],
    };
  }

  spec(name: string): ParameterSpec {
    const spec = this.specs.get(name);
    if (!spec) throw new Error(`the model has no parameter ${name}`);
    return spec;
  }

  /** The place of a part of the first plane. */
  slice({ first, count }: Slice): BufferRange {
    const bytes = BYTES[this.dtype];
    return { buffer: this.buffer, offset: first * bytes, bytes: count * bytes };
  }

  /** The place of a gradient in every plane. */
  gradient(...names: readonly string[]): Gradient {
    const first = this.range(...names);
    const stride = this.table.arenaSize;
    return {
      range: { ...first, bytes: first.bytes + (this.planes - 1) * stride * 4 },
      parts: { splits: this.planes, stride },
    };
  }

  /** Loads every tensor of the table. @throws naming each that is missing, misshapen or unknown; nothing is loaded then */
  load(tensors: Tensors, where = 'the checkpoint'): void {
    checkTensors(this.table, tensors, where);
    const arena = new Float32Array(this.table.arenaSize);
    for (const { name, offset } of this.table.specs) arena.set(tensors.get(name)?.data ?? [], offset);
    this.device.write(this.buffer, this.dtype === 'f32' ? arena : toStored(arena, this.dtype));
  }

  destroy(): void {
    this.buffer.destroy();
  }

  /** All tensors, read back in parts. Nothing may change them meanwhile. */
  async read(): Promise<Tensors> {
    const bytes = this.table.arenaSize * BYTES[this.dtype];
    const arena = fromStored(await readInParts(this.device, { buffer: this.buffer, offset: 0, bytes }), this.dtype);
    return new Map(
      this.table.specs.map(({ name, shape, offset, size }) => [
        name,
        { shape, data: arena.slice(offset, offset + size) },
      ]),
    );
  }
}

/** Problems that a message lists. */
const MOST_PROBLEMS = 8;

/** The first problems, how many more there are, and what to do about them. */
function summary(problems: readonly string[]): string {
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : [];
  const advice = 'save the whole model again, with the config.json that belongs to it';
  return [...problems.slice(0, MOST_PROBLEMS), ...more, advice].join('; ');
}

/** @throws naming the tensors that are missing, misshapen or unknown */
export function checkTensors(table: ParameterTable, tensors: Tensors, where: string): void {
  const problems: string[] = [];
  for (const { name, shape, size } of table.specs) {
    const tensor = tensors.get(name);
    if (!tensor) problems.push(`${name} is missing`);
    else if (tensor.shape.join() !== shape.join() || tensor.data.length !== size)
      problems.push(`${name} has shape [${tensor.shape}], expected [${shape}]`);
  }
  const known = new Set(table.specs.map((spec) => spec.name));
  for (const name of tensors.keys()) if (!known.has(name)) problems.push(`${excerpt(name)} is not part of this model`);
  if (problems.length > 0) throw new Error(`${where}: ${summary(problems)}`);
}
