/** Checks that a device can hold something by opening it on a counting device first. */
import { openCountingDevice } from '../../gpu/counting';
import type { Device } from '../../gpu/device';

/**
 * Checks sizes; creates and computes nothing on the device itself.
 * @param open opens the model, trainer or sampler to check
 * @throws SizeError with the name of the buffer that is too large
 */
export async function assertFits(
  { name, maxBindingBytes, maxBufferBytes, software, f16, supports }: Device,
  open: (counting: Device) => Promise<{ destroy(): void }>,
): Promise<void> {
  const counting = openCountingDevice({ name, maxBindingBytes, maxBufferBytes, software, f16, supports });
  (await open(counting)).destroy();
}
