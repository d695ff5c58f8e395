/** Decoding attention, one token per live slot: rotates the new query and key, caches key and value, attends to the cache. */
import wgsl from '../../shaders/attention_decode.wgsl';
import { roundToHalf } from '../float16';
import { HALF_ROUNDING } from '../gpu/dtype';
import { type Constants, defineKernel, linear, type NumberArray, read, update, write } from '../gpu/kernel';
import { headLayout } from './attention';
import { filled, normal, unwritten } from './fill';
import { ropeRotations } from './rope';

type Layout = ReturnType<typeof headLayout>;

/** Channels of the head at `from`, the first `rotaryDim` rotated by `position`; rounded to f16 if `rounds`, [D]. */
function rotatedHead(
  { qkv, rotations }: Record<'qkv' | 'rotations', NumberArray>,
  { headDim }: Layout,
  from: number,
  position: number,
  rotaryDim: number,
  rounds: number,
): number[] {
  const rotated = Array.from(qkv.subarray(from, from + headDim));
  const half = rotaryDim / 2;
  for (let i = 0; i < half; i++) {
    const turn = (position * half + i) * 2;
    const [x, y, cosine, sine] = [rotated[i]!, rotated[i + half]!, rotations[turn]!, rotations[turn + 1]!];
    rotated[i] = x * cosine - y * sine;
    rotated[i + half] = y * cosine + x * sine;
  }
  return rounds ? rotated.map(roundToHalf) : rotated;
}

const constantsOf = (heads: number, kvHeads: number, headDim: number): Constants => ({
  HEADS: heads,
  KV_HEADS: kvHeads,
  HEAD_VEC4: headDim / 4,
});

export const attentionDecode = defineKernel({
  name: 'attention_decode',
  wgsl,
  bindings: {
    live: read('u32'),
    slots: read('vec4u'),
    prompts: read('vec2u'),
    rotations: read(),
    qkv: read(),
    cache: update('vec4f'),
    out: write('vec4f'),
  },
  params: { rows: 'u32', promptRows: 'u32', capacity: 'u32', rotaryDim: 'u32', scale: 'f32' },
  constants: { HEADS: 1, KV_HEADS: 1, HEAD_VEC4: 1, ROUNDS: 0 },
  f16Bindings: [['qkv', 'cache', 'out']],
  workgroups: ({ rows }, { HEADS }) => linear(rows * HEADS!, 32),
  reference({ live, slots, prompts, rotations, qkv, cache, out }, params, constants) {
    const { rows, promptRows, capacity, rotaryDim, scale } = params;
    const layout = headLayout(constants);
    const rounds = constants.ROUNDS!;
    const { heads, kvHeads, headDim, perKv, stride } = layout;
    const width = 2 * kvHeads * headDim;
    for (let r = 0; r < rows; r++) {
      const s = live[r]!;
      const last = slots[s * 4 + 3]!;
      const [first, shared] = [prompts[s * 2]!, prompts[s * 2 + 1]!];
      const cacheRow = (j: number) => (j < shared ? first + j : promptRows + s * capacity + j - shared) * width;
      const head = (h: number) => r * stride + h * headDim;
      for (let g = 0; g < kvHeads; g++) {
        const row = cacheRow(last);
        cache.set(rotatedHead({ qkv, rotations }, layout, head(heads + g), last, rotaryDim, rounds), row + g * headDim);
        const value = head(heads + kvHeads + g);
        cache.set(qkv.subarray(value, value + headDim), row + (kvHeads + g) * headDim);
      }
      for (let h = 0; h < heads; h++) {
        const q = rotatedHead({ qkv, rotations }, layout, head(h), last, rotaryDim, rounds);
        const k = Math.floor(h / perKv) * headDim;
        const v = k + kvHeads * headDim;
        const scores = Array.from({ length: last + 1 }, (_, j) =>
          q.reduce((sum, x, i) => sum + x * scale * cache[cacheRow(j) + k + i]!, 0),
        );
        const top = scores.reduce((most, score) => Math.max(most, score));
        const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
        for (let i = 0; i < headDim; i++)
          out[(r * heads + h) * headDim + i] = scores.reduce(
            (sum, score, j) => sum + (Math.exp(score - top) / total) * cache[cacheRow(j) + v + i]!,
            0,
          );
      }
    }
  },
  tolerance: { value: 5e-6, reason: 'exp and tens of f32 additions; the online rescaling adds one rounding per key' },
  cases: [
    {
      label: 'grouped heads; slots at the start and the end of their rows, two from one prompt, one not live',
      params: { rows: 3, promptRows: 6, capacity: 4, rotaryDim: 8, scale: 8 ** -0.5 },
      constants: constantsOf(4, 2, 8),
      buffers: {
        live: [3, 0, 2],
        slots: [0, 0, 0, 3, 1, 1, 2, 4, 2, 0, 0, 0, 3, 0, 3, 6],
        prompts: [1, 3, 1, 3, 0, 0, 1, 3],
        rotations: [...ropeRotations(9, 8, 10000)],
        qkv: normal(3 * 64, 1, 1.5),
        cache: normal((6 + 4 * 4) * 32, 2, 1.5),
        out: unwritten(3 * 32 + 4),
      },
    },
    {
      label: 'half of the channels rotate, in pairs across vec4',
      params: { rows: 2, promptRows: 2, capacity: 3, rotaryDim: 6, scale: 12 ** -0.5 },
      constants: constantsOf(2, 2, 12),
      buffers: {
        live: [0, 1],
        slots: [0, 0, 2, 2, 1, 0, 0, 1],
        prompts: [0, 0, 1, 1],
        rotations: [...ropeRotations(3, 6, 100)],
        qkv: normal(2 * 72, 3),
        cache: normal((2 + 2 * 3) * 48, 4),
        out: unwritten(48),
      },
    },
    {
      label: 'half of the channels rotate, rounded',
      params: { rows: 1, promptRows: 0, capacity: 3, rotaryDim: 4, scale: 8 ** -0.5 },
      constants: { ...constantsOf(2, 1, 8), ROUNDS: 1 },
      buffers: {
        live: [0],
        slots: [0, 0, 2, 2],
        prompts: [0, 0],
        rotations: [...ropeRotations(3, 4, 100)],
        qkv: normal(32, 7),
        cache: normal(3 * 16, 8),
        out: unwritten(16),
      },
      tolerance: 4 * HALF_ROUNDING, // a number halfway between two f16 values may round to either
    },
    {
      label: 'no channel rotates',
      params: { rows: 1, promptRows: 0, capacity: 2, rotaryDim: 0, scale: 0.5 },
      constants: constantsOf(2, 1, 4),
      buffers: {
        live: [0],
        slots: [0, 0, 1, 1],
        prompts: [0, 0],
        rotations: filled(2),
        qkv: normal(16, 5),
        cache: normal(16, 6),
        out: unwritten(8),
      },
    },
  ],
});
