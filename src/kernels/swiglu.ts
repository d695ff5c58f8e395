/** SwiGLU on the fused gate|up rows, and its gradient. Shazeer 2020. Shaders clamp the exponent: adapters overflow differently. */
import wgsl from '../../shaders/swiglu.wgsl';
import wgslGrad from '../../shaders/swiglu_grad.wgsl';
import { byRow, defineKernel, read, write } from '../gpu/kernel';
import { normal, unwritten } from './fill';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export const swiglu = defineKernel({
  name: 'swiglu',
  wgsl,
  bindings: { gateUp: read(), y: write() },
  params: { rows: 'u32', width: 'u32' },
  constants: {},
  f16Bindings: [['gateUp', 'y']],
  workgroups: ({ rows, width }) => byRow(rows, width),
  reference({ gateUp, y }, { rows, width }) {
    for (let n = 0; n < rows; n++)
      for (let f = 0; f < width; f++) {
        const gate = gateUp[n * 2 * width + f]!;
        y[n * width + f] = gateUp[n * 2 * width + width + f]! * gate * sigmoid(gate);
      }
  },
  tolerance: { value: 2e-6, reason: 'one exp and one division in f32' },
  cases: [
    {
      label: '5 rows of 13',
      params: { rows: 5, width: 13 },
      buffers: { gateUp: normal(130, 1, 2), y: unwritten(66) },
    },
    {
      label: 'large gates of both signs',
      params: { rows: 1, width: 4 },
      buffers: { gateUp: [-200, 200, -30, 30, 1, 1, 2, 2], y: unwritten(4) },
    },
  ],
});

export const swigluGrad = defineKernel({
  name: 'swiglu_grad',
  wgsl: wgslGrad,
  bindings: { gateUp: read(), dy: read(), dgateUp: write() },
  params: { rows: 'u32', width: 'u32' },
  constants: {},
  f16Bindings: [['gateUp']],
  workgroups: ({ rows, width }) => byRow(rows, width),
  reference({ gateUp, dy, dgateUp }, { rows, width }) {
    for (let n = 0; n < rows; n++)
      for (let f = 0; f < width; f++) {
        const at = n * 2 * width + f;
        const gate = gateUp[at]!;
        const s = sigmoid(gate);
        const d = dy[n * width + f]!;
        dgateUp[at] = d * gateUp[at + width]! * s * (1 + gate * (1 - s));
        dgateUp[at + width] = d * gate * s;
      }
  },
  tolerance: { value: 3e-6, reason: 'one exp and a few products in f32' },
  cases: [
    {
      label: '5 rows of 13',
      params: { rows: 5, width: 13 },
      buffers: { gateUp: normal(130, 1, 2), dy: normal(65, 2), dgateUp: unwritten(133) },
    },
    {
      label: 'large gates of both signs',
      params: { rows: 1, width: 4 },
      buffers: { gateUp: [-200, 200, -30, 30, 1, 1, 2, 2], dy: normal(4, 3), dgateUp: unwritten(8) },
    },
  ],
});
