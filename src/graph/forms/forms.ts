/** Which form of a kernel each shape of a graph takes, and the measuring of those that nobody has measured. */
import type { Device } from '../../gpu/device';
import type { matmul } from '../../kernels/matmul';
import { chosenForm, firstForm, measureProduct, type ProductShape } from './products';

export interface Forms {
  product(shape: ProductShape): typeof matmul;
}

/** Unmeasured: the same on every adapter. */
export const firstForms: Forms = { product: firstForm };

/** What the device's notebook says, the first form where it says nothing. */
export const formsOf = (device: Device): Forms => ({ product: (shape) => chosenForm(device, shape) });

/** Measures every shape that `visit` asks for and the notebook does not know. */
export async function measureForms(device: Device, visit: (forms: Forms) => void): Promise<void> {
  if (!device.notebook) return;
  const products: ProductShape[] = [];
  visit({
    product(shape) {
      products.push(shape);
      return firstForm(shape);
    },
  });
  for (const shape of products) await measureProduct(device, shape);
}
