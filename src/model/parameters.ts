/**
 * Parameters are one arena with a table of names: Hugging Face's Phi-3 names and shapes, each at an offset in one flat
 * buffer. Gradients and AdamW's moments are buffers of the same layout.
 */
import type { BufferRange, Device, DeviceBuffer } from '../gpu/device';
import { BYTES, type Dtype, fromStored, toStored } from '../gpu/dtype';
import type { Gradient } from '../graph/backward';
import { DECAY_BLOCK } from '../kernels/adamw';
import { NORM_PARTIALS } from '../kernels/gradNorm';
import { excerpt } from '../quote';
import { random } from '../random';
import { headDim, type PhiConfig } from './config';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** First element in the arena; a multiple of the table's alignment, so that a binding may start there. */
  readonly offset: number;
  readonly size: number;
  /**
   * Standard deviation of the initial normal distribution in units of the model's: 1, or 1/√(2L) for the two projections
   * into the residual stream; null for norm weights, which start at 1.
   */
  readonly initialScale: number | null;
}

export interface ParameterTable {
  readonly specs: readonly ParameterSpec[];
  /** Numbers in the arena, the gaps between tensors included. */
  readonly arenaSize: number;
  /** Parameters proper. */
  readonly count: number;
  /** Tensors start at multiples of so many numbers. */
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

/** Numbers at whose multiples tensors start: where a binding may, in the smallest of the arenas that have the same table. */
const ALIGNMENTS: Readonly<Record<Dtype, number>> = { f32: DECAY_BLOCK, f16: 2 * DECAY_BLOCK };

/** @param smallest in which the table's arenas store their numbers */
export function parameterTable(config: PhiConfig, smallest: Dtype = 'f32'): ParameterTable {
  const alignment = ALIGNMENTS[smallest];
  const aligned = (size: number) => Math.ceil(size / alignment) * alignment;
  const { hidden_size: C, intermediate_size: F, vocab_size: V, num_hidden_layers: L } = config;
  const { num_attention_heads: H, num_key_value_heads: K } = config;
  const D = headDim(config);
  const residual = 1 / Math.sqrt(2 * L);
  const specs: ParameterSpec[] = [];
  // The norms stand side by side before everything else: one dispatch adds up the gradients of all (graph/ops/rmsNorm.ts).
  const ends = { norm: 0, other: (2 * L + 1) * aligned(C) };
  const add = (name: string, shape: readonly number[], initialScale: number | null) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const group = initialScale === null ? 'norm' : 'other';
    specs.push({ name, shape, offset: ends[group], size, initialScale });
    ends[group] += aligned(size);
  };
  add('model.embed_tokens.weight', [V, C], 1);
  for (let l = 0; l < L; l++) {
    const layer = `model.layers.${l}`;
    add(`${layer}.input_layernorm.weight`, [C], null);
    add(`${layer}.self_attn.qkv_proj.weight`, [(H + 2 * K) * D, C], 1);
    add(`${layer}.self_attn.o_proj.weight`, [C, H * D], residual);
    add(`${layer}.post_attention_layernorm.weight`, [C], null);
    add(`${layer}.mlp.gate_up_proj.weight`, [2 * F, C], 1);
    add(`${layer}.mlp.down_proj.weight`, [C, F], residual);
  }
  add('model.norm.weight', [C], null);
  if (!config.tie_word_embeddings) add('lm_head.weight', [V, C], 1);
  return { specs, arenaSize: ends.other, count: specs.reduce((sum, spec) => sum + spec.size, 0), alignment };
}

/**
 * Fresh weights: normal(0, deviation), norms at 1. Each tensor draws from a stream of its own name.
 * @param deviation Hugging Face's `initializer_range`
 */
export function initialTensors(config: PhiConfig, deviation: number, seed: number): Tensors {
  return new Map(
    parameterTable(config).specs.map(({ name, shape, size, initialScale }) => {
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

  range(name: string): BufferRange {
    const spec = this.specs.get(name);
    if (!spec) throw new Error(`the model has no parameter ${name}`);
    return {
      buffer: this.buffer,
      offset: spec.offset * BYTES[this.dtype],
      bytes: Math.ceil(spec.size / this.table.alignment) * this.table.alignment * BYTES[this.dtype],
    };
  }

  /** Where a part of the first plane stands. */
  slice({ first, count }: Slice): BufferRange {
    const bytes = BYTES[this.dtype];
    return { buffer: this.buffer, offset: first * bytes, bytes: count * bytes };
  }

  /** Where the tensor's gradient stands in every plane. */
  gradient(name: string): Gradient {
    const first = this.range(name);
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

  /** All tensors, by one readback. */
  async read(): Promise<Tensors> {
    const [bytes] = await this.device.read([
      { buffer: this.buffer, offset: 0, bytes: this.table.arenaSize * BYTES[this.dtype] },
    ]);
    const arena = fromStored(bytes as ArrayBuffer, this.dtype);
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
  const advice = 'save the whole model again, as Phi3ForCausalLM, with the config.json that belongs to it';
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
