/** Safetensors files as fuzz input: a header as JSON text, between its length and a fixed body. */
import { joinBytes } from '../bytes';
import type { Random } from '../random';
import { type Mutation, mutatedFile } from './mutate.fixture';

const VALUES = Float32Array.from({ length: 10 }, (_, i) => (i - 4) / 8);
const BODY = joinBytes([
  new Uint8Array(VALUES.buffer),
  new Uint8Array(Float64Array.of(-0.5, Math.PI).buffer),
  new Uint8Array(Uint16Array.of(0x3f80, 0xc049, 0x0001).buffer),
]);

export const HEADER = JSON.stringify({
  __metadata__: { format: 'pt' },
  'model.norm.weight': { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
  'lm_head.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [16, 40] },
  scale: { dtype: 'F64', shape: [2], data_offsets: [40, 56] },
  bias: { dtype: 'BF16', shape: [3, 1], data_offsets: [56, 62] },
});

/** One number of a type as a plain reader has it. */
const PLAIN: Readonly<Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]>> = {
  F32: [4, (view, at) => view.getFloat32(at, true)],
  F64: [8, (view, at) => Math.fround(view.getFloat64(at, true))],
  BF16: [2, (view, at) => new Float32Array(Uint32Array.of(view.getUint16(at, true) << 16).buffer)[0]!],
  F16: [
    2,
    (view, at) => {
      const bits = view.getUint16(at, true);
      const [exponent, fraction] = [(bits >> 10) & 31, (bits & 1023) / 1024];
      const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
      return bits & 0x8000 ? -size : size;
    },
  ],
};

/** File of a header and a body. @param length header length in the file, bytes */
function framed(header: Uint8Array, body: Uint8Array, length = BigInt(header.length)): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(header, 8);
  bytes.set(body, 8 + header.length);
  return bytes;
}

/** File with this header. */
export const weightsFile = (header: string): Uint8Array => framed(new TextEncoder().encode(header), BODY);

/** Header and body of a file. */
export interface Parts {
  readonly header: string;
  readonly body: Uint8Array;
}

/** Parts of a whole file. */
export function partsOf(file: Uint8Array): Parts {
  const at = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { header: new TextDecoder().decode(file.subarray(8, at)), body: file.subarray(at) };
}

/** File with one mutation: of a value of the header, of its text or length, of the body, or of the end. */
export const mutatedWeights = (header: string, stream: Random): Mutation =>
  mutatedParts({ header, body: BODY }, stream);

export function mutatedParts({ header, body }: Parts, stream: Random): Mutation {
  const encoded = new TextEncoder().encode(header);
  const whole = framed(encoded, body);
  const kind = stream.integer(0, 9);
  if (kind === 0) {
    const length = stream.pick([0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n, BigInt(encoded.length + 1)]);
    return { bytes: framed(encoded, body, length), what: `a header of ${length} bytes` };
  }
  if (kind === 1) {
    const at = stream.integer(0, whole.length - 1);
    return { bytes: whole.slice(0, at), what: `cut off at ${at}` };
  }
  if (kind === 2) {
    const more = stream.integer(1, 8);
    return { bytes: framed(encoded, joinBytes([body, new Uint8Array(more)])), what: `${more} bytes more` };
  }
  if (kind === 3) {
    const at = stream.integer(0, whole.length - 1);
    whole[at]! ^= 1 << stream.integer(0, 7);
    return { bytes: whole, what: `a bit of byte ${at}` };
  }
  const { bytes, what } = mutatedFile(header, stream);
  return { bytes: framed(bytes, body), what };
}

/** Shape and numbers of every tensor, read without the checks of an importer. */
export function writtenWeights(bytes: Uint8Array): Record<string, unknown> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, body))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return Object.fromEntries(
    tensors.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const [size, read] = PLAIN[dtype]!;
        const data = Array.from({ length: (to - from) / size }, (_, i) => read(view, body + from + size * i));
        return [name, { shape, data }];
      },
    ),
  );
}
