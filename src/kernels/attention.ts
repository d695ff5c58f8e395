/**
 * Causal grouped-query attention over packed segments, with online softmax (Milakov & Gimelshein 2018), keeping the
 * log-sum-exp of every row for the gradient (Dao 2023, algorithm 1).
 */
import wgsl from '../../shaders/attention.wgsl';
import wgslSubgroup from '../../shaders/attention_subgroup.wgsl';
import wgslTile from '../../shaders/attention_tile.wgsl';
import head from '../../shaders/head.wgsl';
import load from '../../shaders/head_load.wgsl';
import loadSubgroup from '../../shaders/head_load_subgroup.wgsl';
import {
  type Constants,
  defineKernel,
  type Element,
  type Kernel,
  type KernelCase,
  linear,
  type NumberArray,
  read,
  write,
} from '../gpu/kernel';
import { normal, segments, unwritten } from './fill';
import { MAX_HEAD_DIM } from './headDim';
import { type KernelVariant, withoutSharing, withSharing } from './variant';

/** Widest head of the variants that hold one as matrices (shaders/head.wgsl). */
const MAX_TILED_HEAD_DIM = 64;

type Names = 'starts' | 'qkv' | 'out' | 'lse';
type Params = 'rows' | 'scale';

/** Places within a row of qkv (or a cache row), from the constants of any attention kernel. */
export function headLayout({ HEADS, KV_HEADS, HEAD_VEC4 }: Constants) {
  const [heads, kvHeads, headDim] = [HEADS!, KV_HEADS!, HEAD_VEC4! * 4];
  return { heads, kvHeads, headDim, perKv: heads / kvHeads, stride: (heads + 2 * kvHeads) * headDim };
}

export const HEAD_CONSTANTS = { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 1 };

/** Declarations before the shaders of the tiled variants. */
export const tilePrelude = head + load;

/** A shader of the variants for subgroups, with the shared declarations after its directive. */
export const withSubgroups = (wgslText: string): string => {
  const directive = 'enable subgroups;\n';
  return directive + head + loadSubgroup + wgslText.slice(directive.length);
};

/** The cases with two tokens an invocation, and the first with four. */
export const tileCases = <B extends string, P extends string>(cases: readonly KernelCase<B, P>[]): KernelCase<B, P>[] =>
  [2, 4].flatMap((tile) =>
    (tile === 2 ? cases : cases.slice(0, 1)).map((trial) => ({
      ...trial,
      label: `${trial.label}, ${tile} tokens an invocation`,
      constants: { ...trial.constants, TILE: tile },
    })),
  );

const attentionCase = (
  label: string,
  lengths: number[],
  heads: number,
  kvHeads: number,
  headDim: number,
): KernelCase<Names, Params> => {
  const { starts } = segments(lengths);
  const rows = starts.length;
  return {
    label,
    params: { rows, scale: headDim ** -0.5 },
    constants: { HEADS: heads, KV_HEADS: kvHeads, HEAD_VEC4: headDim / 4 },
    buffers: {
      starts,
      qkv: normal(rows * (heads + 2 * kvHeads) * headDim, 1, 1.5),
      out: unwritten(rows * heads * headDim + 4),
      lse: unwritten(rows * heads + 1),
    },
  };
};

function reference(
  { starts, qkv, out, lse }: Readonly<Record<Names, NumberArray>>,
  { rows, scale }: Readonly<Record<Params, number>>,
  constants: Constants,
): void {
  const { heads, kvHeads, headDim, perKv, stride } = headLayout(constants);
  for (let n = 0; n < rows; n++)
    for (let h = 0; h < heads; h++) {
      const q = n * stride + h * headDim;
      const k = (heads + Math.floor(h / perKv)) * headDim;
      const v = k + kvHeads * headDim;
      const scores: number[] = [];
      for (let j = starts[n]!; j <= n; j++) {
        let score = 0;
        for (let i = 0; i < headDim; i++) score += qkv[q + i]! * qkv[j * stride + k + i]!;
        scores.push(score * scale);
      }
      const top = Math.max(...scores);
      const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
      for (let i = 0; i < headDim; i++) {
        let sum = 0;
        scores.forEach((score, t) => {
          sum += (Math.exp(score - top) / total) * qkv[(starts[n]! + t) * stride + v + i]!;
        });
        out[(n * heads + h) * headDim + i] = sum;
      }
      lse[n * heads + h] = top + Math.log(total);
    }
}

const cases = [
  attentionCase('grouped heads, ragged segments with one of a single token', [9, 1, 14], 4, 2, 8),
  attentionCase('one head for each key', [40], 3, 3, 16),
  attentionCase('heads that fill no matrix, segments shorter than a tile', [2, 1, 9, 5], 4, 2, 20),
];

const variant = (
  name: string,
  text: string,
  element: Element,
  more: Pick<Kernel<Names, Params>, 'workgroups' | 'cases'> & Partial<Kernel<Names, Params>>,
): Kernel<Names, Params> =>
  defineKernel<Names, Params>({
    name,
    wgsl: text,
    bindings: { starts: read('u32'), qkv: read(element), out: write(element), lse: write() },
    params: { rows: 'u32', scale: 'f32' },
    constants: HEAD_CONSTANTS,
    reference,
    f16Bindings: [['qkv', 'out']],
    tolerance: { value: 5e-6, reason: 'exp and tens of f32 additions; the online rescaling adds one rounding a key' },
    ...more,
  });

export const attention = variant('attention', wgsl, 'vec4f', {
  workgroups: ({ rows }, { HEADS }) => linear(rows * HEADS!, 32),
  cases: [...cases, attentionCase('one key head for all, widest head', [3, 2], 2, 1, MAX_HEAD_DIM)],
});

/** Several tokens an invocation: for devices that keep many numbers in registers, or none at all. */
export const attentionTile = variant('attention_tile', tilePrelude + wgslTile, 'vec4f', {
  constants: { ...HEAD_CONSTANTS, TILE: 2 },
  workgroups: ({ rows }, { HEADS, TILE }) => linear(Math.ceil(rows / TILE!) * HEADS!, 32),
  cases: tileCases(cases),
});

/** Subgroups of 8 share the keys and values that they load. */
export const attentionSubgroup = variant('attention_subgroup', withSubgroups(wgslSubgroup), 'f32', {
  subgroupSize: 8,
  workgroups: ({ rows }, { HEADS }) => linear(Math.ceil(rows / 8) * HEADS! * 8, 8),
  cases: [...cases, attentionCase('one key head for all, widest head', [3, 2], 2, 1, MAX_TILED_HEAD_DIM)],
});

// biome-ignore lint/suspicious/noExplicitAny: passes bind other buffers
type PassKernel = Kernel<any, Params>;
export type AttentionVariant = KernelVariant<{ readonly headDim: number }, PassKernel>;

/** Variants of one pass, the one that is taken unmeasured first. */
export function passVariants(plain: PassKernel, subgroup: PassKernel, tile: PassKernel): readonly AttentionVariant[] {
  const fits = (headDim: number) => headDim <= MAX_TILED_HEAD_DIM;
  const tiled = (tokens: number): AttentionVariant => ({
    name: `tile ${tokens}`,
    kernel: tile,
    constants: { TILE: tokens },
    usable: (host, { headDim }) => fits(headDim) && withoutSharing(host),
  });
  return [
    { name: 'plain', kernel: plain, constants: {}, usable: () => true },
    {
      name: 'subgroup',
      kernel: subgroup,
      constants: {},
      usable: (host, { headDim }) => fits(headDim) && withSharing(host),
    },
    tiled(2),
    tiled(4),
  ];
}

export const attentionVariants = passVariants(attention, attentionSubgroup, attentionTile);
