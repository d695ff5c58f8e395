/** The variant of attention's three kernels for a shape: measured on the adapter, or the plain one. */
import { type BufferRange, type Device, type DeviceBuffer, whole } from '../../gpu/device';
import type { Constants, Kernel } from '../../gpu/kernel';
import { attention, attentionSubgroup, attentionTile, takesTiledHead } from '../../kernels/attention';
import {
  attentionGradKv,
  attentionGradKvSubgroup,
  attentionGradKvTile,
  attentionGradQ,
  attentionGradQSubgroup,
  attentionGradQTile,
} from '../../kernels/attentionGrad';
import { type Candidate, measured, noted, sizeClass } from './measure';
import { mayTake, proven } from './selfTest';

export interface AttentionShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Most tokens of a segment. */
  readonly longest: number;
}

// biome-ignore lint/suspicious/noExplicitAny: one of several kernels with the same bindings
type AttentionKernel = Kernel<any, 'rows' | 'scale'>;

export interface AttentionVariant {
  readonly kernel: AttentionKernel;
  readonly constants: Constants;
}

const PASSES = {
  forward: { plain: attention, tile: attentionTile, subgroup: attentionSubgroup },
  dq: { plain: attentionGradQ, tile: attentionGradQTile, subgroup: attentionGradQSubgroup },
  dkv: { plain: attentionGradKv, tile: attentionGradKvTile, subgroup: attentionGradKvSubgroup },
} satisfies Record<string, Record<string, AttentionKernel>>;
export type AttentionPass = keyof typeof PASSES;
export type AttentionVariants = Readonly<Record<AttentionPass, AttentionVariant>>;

/** Less work than this takes any variant about as long as a dispatch does. */
const LEAST_PAIRS = 2 ** 13;
/** Tokens that a measurement computes: about so many, in whole segments. */
const TOKENS = 512;

/** Whole segments of about as many tokens. */
const rowsOf = ({ longest }: AttentionShape): number => Math.ceil(TOKENS / longest) * longest;
const isSmall = (shape: AttentionShape): boolean => rowsOf(shape) * shape.longest * shape.heads < LEAST_PAIRS;

const headsOf = ({ heads, kvHeads, headDim }: AttentionShape): Constants => ({
  HEADS: heads,
  KV_HEADS: kvHeads,
  HEAD_VEC4: headDim / 4,
});

const variantsOf = (pass: AttentionPass, shape: AttentionShape): Readonly<Record<string, AttentionVariant>> => {
  const { plain, tile, subgroup } = PASSES[pass];
  const constants = headsOf(shape);
  return {
    plain: { kernel: plain, constants },
    ...(takesTiledHead(shape.headDim) && {
      subgroup: { kernel: subgroup, constants },
      'tile 2': { kernel: tile, constants: { ...constants, TILE: 2 } },
      'tile 4': { kernel: tile, constants: { ...constants, TILE: 4 } },
    }),
  };
};

function keyOf(pass: AttentionPass, { heads, kvHeads, headDim, longest }: AttentionShape): string {
  return `attention ${pass} ${heads}/${kvHeads}x${headDim} by ${sizeClass(longest)}`;
}

const forEachPass = (pick: (pass: AttentionPass) => AttentionVariant): AttentionVariants => ({
  forward: pick('forward'),
  dq: pick('dq'),
  dkv: pick('dkv'),
});

export const firstAttention = (shape: AttentionShape): AttentionVariants =>
  forEachPass((pass) => ({ kernel: PASSES[pass].plain, constants: headsOf(shape) }));

/** The tuning cache's choice, if there is one. */
export const chosenAttention = (device: Device, shape: AttentionShape): AttentionVariants =>
  forEachPass((pass) => {
    const variant = variantsOf(pass, shape)[(isSmall(shape) ? undefined : noted(device, keyOf(pass, shape))) ?? ''];
    return variant && mayTake(device, variant.kernel) ? variant : firstAttention(shape)[pass];
  });

/** Buffers of a batch whose segments are all as long as they can be; numbers do not matter. */
function batch(device: Device, { heads, kvHeads, headDim, longest }: AttentionShape, rows: number) {
  const buffers: DeviceBuffer[] = [];
  const range = (label: string, numbers: number): BufferRange => {
    const buffer = device.createBuffer(label, Math.ceil(numbers / 4) * 16);
    buffers.push(buffer);
    return whole(buffer);
  };
  const width = (heads + 2 * kvHeads) * headDim;
  const bindings = {
    starts: range('starts', rows),
    ends: range('ends', rows),
    qkv: range('qkv', rows * width),
    out: range('out', rows * heads * headDim),
    lse: range('lse', rows * heads),
    dout: range('dout', rows * heads * headDim),
    dqkv: range('dqkv', rows * width),
    delta: range('delta', rows * heads),
  };
  const start = (row: number) => Math.floor(row / longest) * longest;
  device.write(
    bindings.starts.buffer,
    Uint32Array.from({ length: rows }, (_, row) => start(row)),
  );
  device.write(
    bindings.ends.buffer,
    Uint32Array.from({ length: rows }, (_, row) => Math.min(rows, start(row) + longest)),
  );
  return { bindings, buffers };
}

export async function measureAttention(device: Device, shape: AttentionShape): Promise<void> {
  if (isSmall(shape)) return;
  const rows = rowsOf(shape);
  for (const pass of ['forward', 'dq', 'dkv'] as const) {
    const variants = variantsOf(pass, shape);
    const sharing = variants.subgroup !== undefined && (await proven(device, variants.subgroup.kernel));
    // where invocations share loads a tile gains nothing, and takes a compiler long
    const names = Object.keys(variants).filter((name) => (sharing ? !name.startsWith('tile') : name !== 'subgroup'));
    await measured(device, keyOf(pass, shape), () => {
      const { bindings, buffers } = batch(device, shape, rows);
      const candidates = names.map((name): Candidate => {
        const { kernel, constants } = variants[name] as AttentionVariant;
        const bound = Object.keys(kernel.bindings).map((binding) => [
          binding,
          bindings[binding as keyof typeof bindings],
        ]);
        const params = { rows, scale: shape.headDim ** -0.5 };
        return { name, dispatches: [{ label: name, kernel, constants, bindings: Object.fromEntries(bound), params }] };
      });
      return {
        candidates,
        destroy() {
          for (const buffer of buffers) buffer.destroy();
        },
      };
    });
  }
}
