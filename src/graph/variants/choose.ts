/** Choice of a kernel variant for each shape of a graph, and measurements of shapes that the tuning cache does not know. */
import type { Device } from '../../gpu/device';
import type { matmul } from '../../kernels/matmul';
import {
  type AttentionPass,
  type AttentionShape,
  type AttentionVariants,
  chosenAttention,
  firstAttention,
  measureAttention,
  observedAttention,
} from './attention';
import { chosenDecode, type DecodeShape, type DecodeVariant, firstDecode, measureDecode } from './decode';
import { chosenVariant, firstVariant, measureProduct, type ProductShape } from './products';

export interface Variants {
  product(shape: ProductShape): typeof matmul;
  attention(shape: AttentionShape): AttentionVariants;
  decode(shape: DecodeShape): DecodeVariant;
}

/** Unmeasured: the same on every adapter. */
export const firstVariants: Variants = {
  product: firstVariant,
  attention: firstAttention,
  decode: () => firstDecode,
};

/** Choices of the device's tuning cache; the first variant where it has none. */
export const variantsOf = (device: Device): Variants => ({
  product: (shape) => chosenVariant(device, shape),
  attention: (shape) => chosenAttention(device, shape),
  decode: (shape) => chosenDecode(device, shape),
});

/** Measures every shape that `visit` asks for and the tuning cache does not know. */
export async function measureVariants(device: Device, visit: (variants: Variants) => void): Promise<void> {
  if (!device.tuningCache || !device.measures) return;
  const products: ProductShape[] = [];
  const attentions: [AttentionPass, AttentionShape][] = [];
  const decodes: DecodeShape[] = [];
  visit({
    product(shape) {
      products.push(shape);
      return firstVariant(shape);
    },
    attention(shape) {
      return observedAttention(shape, (pass) => attentions.push([pass, shape]));
    },
    decode(shape) {
      decodes.push(shape);
      return firstDecode;
    },
  });
  for (const shape of products) await measureProduct(device, shape);
  for (const [pass, shape] of attentions) await measureAttention(device, pass, shape);
  for (const shape of decodes) await measureDecode(device, shape);
}
