/** A device without memory: the error comes once, with the buffer, and the other buffers stay readable. */
import { expect, it } from 'vitest';
import { openCpuDevice } from './cpu';
import { whole } from './device';
import { openLimitedDevice } from './limitedMemory.fixture';
import { OutOfMemoryError } from './outOfMemory';

const MIB = 2 ** 20;

it('is named with the buffer that it refuses, and keeps the others', async () => {
  const device = await openLimitedDevice(() => 3 * MIB);
  const kept = device.createBuffer('kept', MIB);
  device.write(kept, Float32Array.of(1, 2, 3));
  const live = device.counters.bytesLive;
  const refused = device.createBuffer('activations', 3 * MIB);
  device.copy(refused, refused); // an error of its own, which the memory explains
  const error = await device.idle().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(error).toMatchObject({ available: live });
  expect(String(error)).toContain('no memory for activations (3.0 MiB) beside 1.0 MiB');
  const [bytes] = await device.read([{ ...whole(kept), bytes: 16 }]);
  expect([...new Float32Array(bytes!)]).toEqual([1, 2, 3, 0]);
  device.destroy();
});

it('creates buffers without an error while there is room', async () => {
  const device = await openLimitedDevice(() => 64 * MIB);
  const buffer = device.createBuffer('any', MIB);
  await device.idle();
  buffer.destroy();
  device.destroy();
});

it('on the CPU throws at once', () => {
  const device = openCpuDevice();
  const { ArrayBuffer: Original } = globalThis;
  globalThis.ArrayBuffer = class {
    constructor() {
      throw new RangeError('Array buffer allocation failed');
    }
  } as unknown as ArrayBufferConstructor;
  try {
    expect(() => device.createBuffer('weights', MIB)).toThrow(OutOfMemoryError);
  } finally {
    globalThis.ArrayBuffer = Original;
  }
});
