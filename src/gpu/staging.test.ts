/** Readbacks in parts: the same bytes with little staging memory. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from './device';
import { openNodeDevice } from './node';
import { PART_BYTES, readInParts } from './staging';

let device: Device;
beforeAll(async () => {
  device = await openNodeDevice();
});
afterAll(() => device.destroy());

it('a readback in parts gives every byte and stages one part', async () => {
  const words = (2.5 * PART_BYTES) / 4;
  const buffer = device.createBuffer('large', words * 4);
  device.write(
    buffer,
    Uint32Array.from({ length: words }, (_, i) => i),
  );
  device.forgetPeak();
  const before = device.counters.bytesLive;
  const read = new Uint32Array(await readInParts(device, { buffer, offset: 256, bytes: buffer.bytes - 256 }));
  expect(read.length).toBe(words - 64);
  expect(read.findIndex((word, i) => word !== i + 64)).toBe(-1);
  expect(device.counters.bytesPeak - before).toBe(PART_BYTES);
  buffer.destroy();
});
