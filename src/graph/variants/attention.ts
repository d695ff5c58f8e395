/** The variant of attention's three kernels for a shape: measured on the adapter, or the plain one. */
import { type BufferRange, type Device, type DeviceBuffer, whole } from '../../gpu/device';
import type { Constants } from '../../gpu/kernel';
import { attentionVariants, type AttentionVariant as Variant } from '../../kernels/attention';
import { attentionGradKvVariants, attentionGradQVariants } from '../../kernels/attentionGrad';
import { type Candidate, measured, noted, sizeClass } from './measure';
import { notedVariant, usableVariants } from './selfTest';

export interface AttentionShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Most tokens of a segment. */
  readonly longest: number;
}

/** A kernel with all constants that it is compiled for. */
export type AttentionVariant = Pick<Variant, 'kernel' | 'constants'>;

const PASSES = {
  forward: attentionVariants,
  dq: attentionGradQVariants,
  dkv: attentionGradKvVariants,
} satisfies Record<string, readonly Variant[]>;
export type AttentionPass = keyof typeof PASSES;
export type AttentionVariants = Readonly<Record<AttentionPass, AttentionVariant>>;

/** Work below which every variant takes about as long as an empty dispatch. */
const LEAST_PAIRS = 2 ** 13;
/** Tokens of a measurement, approximately: whole segments only. */
const TOKENS = 512;

/** Rounds to whole segments. */
const rowsOf = ({ longest }: AttentionShape): number => Math.ceil(TOKENS / longest) * longest;
const isSmall = (shape: AttentionShape): boolean => rowsOf(shape) * shape.longest * shape.heads < LEAST_PAIRS;

const headsOf = ({ heads, kvHeads, headDim }: AttentionShape): Constants => ({
  HEADS: heads,
  KV_HEADS: kvHeads,
  HEAD_VEC4: headDim / 4,
});

const compiledFor = ({ kernel, constants }: Variant, shape: AttentionShape): AttentionVariant => ({
  kernel,
  constants: { ...headsOf(shape), ...constants },
});

function keyOf(pass: AttentionPass, { heads, kvHeads, headDim, longest }: AttentionShape): string {
  return `attention ${pass} ${heads}/${kvHeads}x${headDim} by ${sizeClass(longest)}`;
}

const forEachPass = (pick: (pass: AttentionPass) => AttentionVariant): AttentionVariants => ({
  forward: pick('forward'),
  dq: pick('dq'),
  dkv: pick('dkv'),
});

export const firstAttention = (shape: AttentionShape): AttentionVariants =>
  forEachPass((pass) => compiledFor(PASSES[pass][0]!, shape));

/** The first variants; `onPass` learns which passes a graph has. */
export const observedAttention = (shape: AttentionShape, onPass: (pass: AttentionPass) => void): AttentionVariants => {
  const passOf = (pass: AttentionPass): AttentionVariant => {
    onPass(pass);
    return compiledFor(PASSES[pass][0]!, shape);
  };
  return {
    get forward() {
      return passOf('forward');
    },
    get dq() {
      return passOf('dq');
    },
    get dkv() {
      return passOf('dkv');
    },
  };
};

/** Choice of the tuning cache; the first variant where it has none. */
export const chosenAttention = (device: Device, shape: AttentionShape): AttentionVariants =>
  forEachPass((pass) => {
    const name = isSmall(shape) ? undefined : noted(device, keyOf(pass, shape));
    return compiledFor(notedVariant(device, PASSES[pass], shape, name) ?? PASSES[pass][0]!, shape);
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

export async function measureAttention(device: Device, pass: AttentionPass, shape: AttentionShape): Promise<void> {
  if (isSmall(shape)) return;
  const rows = rowsOf(shape);
  const usable = await usableVariants(device, PASSES[pass], shape);
  await measured(device, keyOf(pass, shape), () => {
    const { bindings, buffers } = batch(device, shape, rows);
    const candidates = usable.map((variant): Candidate => {
      const { name } = variant;
      const { kernel, constants } = compiledFor(variant, shape);
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
