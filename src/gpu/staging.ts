/** Buffers that readbacks are copied through and mapped from: taken for one readback, given back for the next. */

/** Least size, and sizes are powers of 2, so that readbacks of about the same size share a buffer. */
const LEAST_BYTES = 4096;

export class Staging<B extends { readonly bytes: number }> {
  private readonly free: B[] = [];

  constructor(private readonly make: (bytes: number) => B) {}

  /** One that is free and large enough, else a new one. */
  take(bytes: number): B {
    const at = this.free.findIndex((buffer) => buffer.bytes >= bytes);
    const free = at < 0 ? undefined : this.free.splice(at, 1)[0];
    return free ?? this.make(Math.max(LEAST_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
  }

  give(buffer: B): void {
    this.free.push(buffer);
  }
}
