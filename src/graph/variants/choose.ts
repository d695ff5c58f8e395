/** Which variant of a kernel each shape of a graph takes, and the measuring of those that nobody has measured. */
import type { Device } from '../../gpu/device';
import type { matmul } from '../../kernels/matmul';
import {
  type AttentionShape,
  type AttentionVariants,
  chosenAttention,
  firstAttention,
  measureAttention,
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

/** What the device's tuning cache says, the first variant where it says nothing. */
export const variantsOf = (device: Device): Variants => ({
  product: (shape) => chosenVariant(device, shape),
  attention: (shape) => chosenAttention(device, shape),
  decode: (shape) => chosenDecode(device, shape),
});

/** Measures every shape that `visit` asks for and the tuning cache does not know. */
export async function measureVariants(device: Device, visit: (variants: Variants) => void): Promise<void> {
  if (!device.tuningCache || device.kind === 'counting') return;
  const products: ProductShape[] = [];
  const attentions: AttentionShape[] = [];
  const decodes: DecodeShape[] = [];
  visit({
    product(shape) {
      products.push(shape);
      return firstVariant(shape);
    },
    attention(shape) {
      attentions.push(shape);
      return firstAttention(shape);
    },
    decode(shape) {
      decodes.push(shape);
      return firstDecode;
    },
  });
  for (const shape of products) await measureProduct(device, shape);
  for (const shape of attentions) await measureAttention(device, shape);
  for (const shape of decodes) await measureDecode(device, shape);
}
