/** Safetensors files as fuzz input: a header as JSON text, between its length and a fixed body. */
import type { Random } from '../random';
import { type Mutation, mutatedFile } from './mutate.fixture';

const BODY = new Uint8Array(Float32Array.from({ length: 10 }, (_, i) => (i - 4) / 8).buffer);

export const HEADER = JSON.stringify({
  __metadata__: { format: 'pt' },
  'model.norm.weight': { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
  'lm_head.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [16, 40] },
});

/** File of a header and a body. @param length header length in the file, bytes */
function framed(header: Uint8Array, body = BODY, length = BigInt(header.length)): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(header, 8);
  bytes.set(body, 8 + header.length);
  return bytes;
}

/** File with this header. */
export const weightsFile = (header: string): Uint8Array => framed(new TextEncoder().encode(header));

/** File with one mutation: of a value of the header, of its text or length, of the body, or of the end. */
export function mutatedWeights(header: string, stream: Random): Mutation {
  const encoded = new TextEncoder().encode(header);
  const whole = framed(encoded);
  const kind = stream.integer(0, 9);
  if (kind === 0) {
    const length = stream.pick([0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n, BigInt(encoded.length + 1)]);
    return { bytes: framed(encoded, BODY, length), what: `a header of ${length} bytes` };
  }
  if (kind === 1) {
    const at = stream.integer(0, whole.length - 1);
    return { bytes: whole.slice(0, at), what: `cut off at ${at}` };
  }
  if (kind === 2) {
    const more = stream.integer(1, 8);
    return { bytes: framed(encoded, new Uint8Array([...BODY, ...new Uint8Array(more)])), what: `${more} bytes more` };
  }
  if (kind === 3) {
    const at = stream.integer(0, whole.length - 1);
    whole[at]! ^= 1 << stream.integer(0, 7);
    return { bytes: whole, what: `a bit of byte ${at}` };
  }
  const { bytes, what } = mutatedFile(header, stream);
  return { bytes: framed(bytes), what };
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
        const data = Array.from({ length: (to - from) / 4 }, (_, i) => view.getFloat32(body + from + 4 * i, true));
        return [name, { dtype, shape, data }];
      },
    ),
  );
}
