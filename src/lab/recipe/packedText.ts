/** Text as compressed characters that a link can carry: raw deflate in base64url. */
import { fromBase64, joinBytes, toBase64 } from '../../bytes';
import { utf8Text } from '../../json';

/** Bytes that are inflated at once: some browsers produce the whole output of a part, up to a thousand times its size. */
const PART = 1024;

function partsOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(Uint8Array.from(bytes.subarray(at, at + PART)));
      else controller.close();
      at += PART;
    },
  });
}

/** Bytes of a stream. @throws if there are more than `most`, before they are held */
async function allBytes(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read().catch((): never => {
      throw new Error('is cut off or damaged; copy the whole link again');
    });
    if (done) return joinBytes(parts);
    size += value.length;
    if (size > most) {
      void reader.cancel().catch(() => {});
      throw new Error(`unpacks to more than ${most} bytes; share a smaller recipe`);
    }
    parts.push(value);
  }
}

export async function packText(text: string): Promise<string> {
  const packed = partsOf(new TextEncoder().encode(text)).pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = await allBytes(packed, Number.POSITIVE_INFINITY);
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * Text of packed characters.
 * @param most bytes of the text in UTF-8
 * @throws with words that follow the name of the characters
 */
export async function unpackText(packed: string, most: number): Promise<string> {
  if (!/^[\w-]*$/.test(packed))
    throw new Error('has other characters than letters, digits, - and _; copy the link again');
  if (packed.length % 4 === 1) throw new Error('is cut off; copy the whole link again');
  const bytes = fromBase64(packed.replaceAll('-', '+').replaceAll('_', '/'));
  const text = await allBytes(partsOf(bytes).pipeThrough(new DecompressionStream('deflate-raw')), most);
  return utf8Text(text, 'its text');
}
