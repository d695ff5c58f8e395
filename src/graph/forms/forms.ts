/** Which form of a kernel each shape of a graph takes, and the measuring of those that nobody has measured. */
import type { Device } from '../../gpu/device';
import type { matmul } from '../../kernels/matmul';
import {
  type AttentionForms,
  type AttentionShape,
  chosenAttention,
  firstAttention,
  measureAttention,
} from './attention';
import { chosenDecode, type DecodeForm, type DecodeShape, firstDecode, measureDecode } from './decode';
import { chosenForm, firstForm, measureProduct, type ProductShape } from './products';

export interface Forms {
  product(shape: ProductShape): typeof matmul;
  attention(shape: AttentionShape): AttentionForms;
  decode(shape: DecodeShape): DecodeForm;
}

/** Unmeasured: the same on every adapter. */
export const firstForms: Forms = {
  product: firstForm,
  attention: firstAttention,
  decode: () => firstDecode,
};

/** What the device's tuning cache says, the first form where it says nothing. */
export const formsOf = (device: Device): Forms => ({
  product: (shape) => chosenForm(device, shape),
  attention: (shape) => chosenAttention(device, shape),
  decode: (shape) => chosenDecode(device, shape),
});

/** Measures every shape that `visit` asks for and the tuning cache does not know. */
export async function measureForms(device: Device, visit: (forms: Forms) => void): Promise<void> {
  if (!device.tuningCache || device.kind === 'counting') return;
  const products: ProductShape[] = [];
  const attentions: AttentionShape[] = [];
  const decodes: DecodeShape[] = [];
  visit({
    product(shape) {
      products.push(shape);
      return firstForm(shape);
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
