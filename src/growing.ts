/** Typed array that grows: twice the room whenever it is full. Any room may import this file. */
const KINDS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;

type Kind = keyof typeof KINDS;
const FIRST = 1024;

export class Growing {
  private values: InstanceType<(typeof KINDS)[Kind]>;
  length = 0;

  constructor(private readonly kind: Kind) {
    this.values = new KINDS[kind](FIRST);
  }

  get bytes(): number {
    return this.values.byteLength;
  }

  at(i: number): number {
    return this.values[i]!;
  }

  /** View of the values from one position up to another; it ends with the next `push`. */
  slice(from: number, to: number): InstanceType<(typeof KINDS)[Kind]> {
    return this.values.subarray(from, to);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new KINDS[this.kind](2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }
}
