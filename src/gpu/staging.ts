/** Pool of staging buffers, which readbacks are copied into and mapped from. */
import type { BufferRange, Device } from './device';

/** Largest part of `readInParts`, bytes: the staging buffer stays allocated after it. */
export const PART_BYTES = 2 ** 24;

/** Smallest size. Sizes are powers of 2, so that readbacks of similar size share a buffer. */
const MIN_BYTES = 4096;
/** Size from which sizes are multiples of it: the next power of 2 may be twice what a large model needs. */
const LARGE_BYTES = 2 ** 26;

const sizeFor = (bytes: number): number =>
  bytes > LARGE_BYTES
    ? Math.ceil(bytes / LARGE_BYTES) * LARGE_BYTES
    : Math.max(MIN_BYTES, 2 ** Math.ceil(Math.log2(bytes)));

/**
 * Bytes to stage for a readback: as large as the source buffers, so that a longer readback of them makes no new staging buffer.
 * Of sources beyond a part, the readback alone counts.
 */
export function stagingBytes(ranges: readonly BufferRange[]): number {
  const sum = (bytes: (range: BufferRange) => number) => ranges.reduce((total, range) => total + bytes(range), 0);
  return Math.max(
    sum(({ bytes }) => bytes),
    Math.min(
      PART_BYTES,
      sum(({ buffer }) => buffer.bytes),
    ),
  );
}

/** Reads a range part by part, so that staging takes little memory. The caller submits nothing meanwhile. */
export async function readInParts(
  device: Pick<Device, 'read'>,
  { buffer, offset, bytes }: BufferRange,
): Promise<ArrayBuffer> {
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += PART_BYTES) {
    const part = { buffer, offset: offset + at, bytes: Math.min(PART_BYTES, bytes - at) };
    const [read] = await device.read([part]);
    all.set(new Uint8Array(read!), at);
  }
  return all.buffer;
}

export class Staging<B extends { readonly bytes: number; destroy(): void }> {
  private readonly free: B[] = [];

  /** @param maxBytes largest size of a buffer */
  constructor(
    private readonly make: (bytes: number) => B,
    private readonly maxBytes = Number.POSITIVE_INFINITY,
  ) {}

  /** Takes a free buffer that is large enough, or makes one. */
  take(bytes: number): B {
    const at = this.free.findIndex((buffer) => buffer.bytes >= bytes);
    const free = at < 0 ? undefined : this.free.splice(at, 1)[0];
    return free ?? this.make(Math.max(bytes, Math.min(this.maxBytes, sizeFor(bytes))));
  }

  /** Returns a buffer to the pool. */
  give(buffer: B): void {
    this.free.push(buffer);
  }

  /** Destroys the free buffers. */
  clear(): void {
    for (const buffer of this.free.splice(0)) buffer.destroy();
  }
}
