/** Whether a device can hold what is about to be opened on it: it is opened on one that only counts first. */
import { openCountingDevice } from '../../gpu/counting';
import type { Device } from '../../gpu/device';

/**
 * @param open opens what the device is to hold
 * @throws SizeError naming what is too large; nothing was made or computed on the device itself
 */
export async function assertFits(
  { name, maxBindingBytes, maxBufferBytes, software, f16, supports }: Device,
  open: (counting: Device) => Promise<{ destroy(): void }>,
): Promise<void> {
  const counting = openCountingDevice({ name, maxBindingBytes, maxBufferBytes, software, f16, supports });
  (await open(counting)).destroy();
}
