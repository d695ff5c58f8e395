/**
 * Matrix products: the three that training asks of every linear layer of every preset, and squares. Entries are checked
 * against double precision.
 */
import { type ModelPreset, modelPresetNames } from '../../src/model/presets';
import { random } from '../../src/random';
import type { Peer, ProductShape } from '../peers/peer';
import { type ModelConfig, presetConfig } from './model';
import type { Attempt, Work } from './work';

/** Packed tokens of a training step: the rows of x and dy. */
export const TOKENS = 2048;
const SQUARES = [256, 512, 1024];
/** There are sixty of them. */
const LAYER_SHARE = 0.2;
const CHECKED_ENTRIES = 12;
/** Largest |got − expected| ÷ (1 + |expected|): f32 sums of up to 2816 products of numbers within ±1. */
const TOLERANCE = 1e-3;

/** [outputs, inputs] of each weight of a layer, as Hugging Face stores them. */
const layerShapes = ({ C, H, K, D, F, V }: ModelConfig): Record<string, readonly [number, number]> => ({
  qkv: [(H + 2 * K) * D, C],
  o: [C, H * D],
  gate_up: [2 * F, C],
  down: [C, F],
  lm_head: [V, C],
});

/** y = x·Wᵀ, dx = dy·W and dW = dyᵀ·x of W [outputs, inputs] over N tokens. */
const passes = (outputs: number, inputs: number, N: number): Record<string, ProductShape> => ({
  forward: { m: N, n: outputs, k: inputs, transposeA: false, transposeB: true },
  dx: { m: N, n: inputs, k: outputs, transposeA: false, transposeB: false },
  dw: { m: outputs, n: inputs, k: N, transposeA: true, transposeB: false },
});

const presetWorks = (preset: ModelPreset): Work[] =>
  Object.entries(layerShapes(presetConfig(preset))).flatMap(([layer, [outputs, inputs]]) =>
    Object.entries(passes(outputs, inputs, TOKENS)).map(([pass, shape]) =>
      productWork(`matmul/${preset}-${layer}-${pass}`, shape, LAYER_SHARE),
    ),
  );

export const matmulWorks = (): Work[] => [
  ...SQUARES.map((n) => productWork(`matmul/${n}`, { m: n, n, k: n, transposeA: false, transposeB: false })),
  ...modelPresetNames.flatMap(presetWorks),
];

export function productWork(name: string, shape: ProductShape, budgetShare = 1): Work {
  const { m, n, k } = shape;
  return {
    name,
    repeatable: true,
    budgetShare,
    suits: (peer) => peer.product !== undefined,
    prepare: () => prepareProduct(shape),
    rate: (milliseconds) => ({ gflops: (2 * m * n * k) / milliseconds / 1e6 }),
  };
}

function prepareProduct(shape: ProductShape): (peer: Peer) => Promise<Attempt> {
  const { m, n, k } = shape;
  const stream = random(0, 'bench', 'product', m, n, k);
  const uniform = (size: number) => Float32Array.from({ length: size }, () => 2 * stream.next() - 1);
  const a = uniform(m * k);
  const b = uniform(k * n);
  return async (peer) => {
    const product = await peer.product!(shape, a, b);
    return {
      run: (times) => product.run(times),
      check: async () => checkEntries(shape, a, b, await product.read()),
      dispose: () => product.dispose(),
    };
  };
}

function checkEntries(shape: ProductShape, a: Float32Array, b: Float32Array, c: Float32Array): void {
  const { m, n, k, transposeA, transposeB } = shape;
  if (c.length < m * n) throw new Error(`the product has ${c.length} entries, expected ${m * n}`);
  const stream = random(0, 'bench', 'entries');
  for (let entry = 0; entry < CHECKED_ENTRIES; entry++) {
    const i = entry === 0 ? m - 1 : stream.integer(0, m - 1);
    const j = entry === 0 ? n - 1 : stream.integer(0, n - 1);
    let expected = 0;
    for (let l = 0; l < k; l++)
      expected += a[transposeA ? l * m + i : i * k + l]! * b[transposeB ? j * k + l : l * n + j]!;
    const got = c[i * n + j]!;
    if (!(Math.abs(got - expected) <= TOLERANCE * (1 + Math.abs(expected))))
      throw new Error(`wrong product: entry (${i}, ${j}) is ${got}, expected ${expected}`);
  }
}
