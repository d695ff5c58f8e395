/** Buffers that readbacks are copied through and mapped from: taken for one readback, given back for the next. */

/** Least size, and sizes are powers of 2, so that readbacks of about the same size share a buffer. */
const LEAST_BYTES = 4096;
/** Above this size steps are as large: a power of 2 above a large model would be twice as much as it takes. */
const LARGE_BYTES = 2 ** 26;

const sizeFor = (bytes: number): number =>
  bytes > LARGE_BYTES
    ? Math.ceil(bytes / LARGE_BYTES) * LARGE_BYTES
    : Math.max(LEAST_BYTES, 2 ** Math.ceil(Math.log2(bytes)));

export class Staging<B extends { readonly bytes: number; destroy(): void }> {
  private readonly free: B[] = [];

  /** @param most bytes that a buffer may have */
  constructor(
    private readonly make: (bytes: number) => B,
    private readonly most = Number.POSITIVE_INFINITY,
  ) {}

  /** One that is free and large enough, else a new one. */
  take(bytes: number): B {
    const at = this.free.findIndex((buffer) => buffer.bytes >= bytes);
    const free = at < 0 ? undefined : this.free.splice(at, 1)[0];
    return free ?? this.make(Math.max(bytes, Math.min(this.most, sizeFor(bytes))));
  }

  give(buffer: B): void {
    this.free.push(buffer);
  }

  /** Destroys those that no readback has taken. */
  clear(): void {
    for (const buffer of this.free.splice(0)) buffer.destroy();
  }
}
