/** Readbacks of an adapter that answers only at a submit, as Gecko does. */
import { expect, it } from 'vitest';
import { describeAdapter } from './adapter';
import { withEmptySubmits } from './readbacks';

/** A queue that settles each pending promise at the n-th submit after it. */
function lateQueue(after: number) {
  const waiting: { at: number; settle: () => void }[] = [];
  let submits = 0;
  return {
    submits: () => submits,
    submit(buffers: Iterable<GPUCommandBuffer>): undefined {
      expect([...buffers]).toEqual([]);
      submits++;
      for (const { at, settle } of waiting) if (at <= submits) settle();
    },
    pending: () => new Promise<void>((settle) => waiting.push({ at: submits + after, settle })),
  };
}
const asIs = <T>(promise: Promise<T>) => promise;
const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

it('sends empty submits while a readback is pending, and stops after it', async () => {
  const queue = lateQueue(3);
  const wait = withEmptySubmits(queue, asIs);
  await wait(queue.pending());
  expect(queue.submits()).toBe(3);
  await rest(30);
  expect(queue.submits()).toBeLessThanOrEqual(4);
  await wait(queue.pending()); // begins again
  expect(queue.submits()).toBeGreaterThanOrEqual(6);
});

it('sends one series of submits for several pending readbacks', async () => {
  const queue = lateQueue(5);
  const wait = withEmptySubmits(queue, asIs);
  await Promise.all(Array.from({ length: 8 }, () => wait(queue.pending())));
  expect(queue.submits()).toBe(5);
});

it('stops the submits after a failed readback and passes its error on', async () => {
  const queue = lateQueue(1);
  const wait = withEmptySubmits(queue, asIs);
  await expect(wait(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  await rest(30);
  expect(queue.submits()).toBeLessThanOrEqual(1);
});

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'WebGPU: Gecko 153 (Firefox)'],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/147.0.0.0 Safari/537.36',
    'WebGPU: Blink 147 (Chromium)',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'WebGPU: WebKit 26 (Safari)',
  ],
  ['Node.js/21', 'WebGPU'],
  ['', 'WebGPU'],
])('names an adapter without a description by the engine of %s', (userAgent, name) => {
  const silent = {
    description: '',
    device: '',
    architecture: '',
    vendor: '',
    isFallbackAdapter: false,
  } as GPUAdapterInfo;
  expect(describeAdapter(silent, userAgent)).toBe(name);
  expect(describeAdapter({ ...silent, architecture: 'swiftshader' }, userAgent)).toBe('WebGPU: swiftshader');
  if (name !== 'WebGPU')
    expect(describeAdapter({ ...silent, isFallbackAdapter: true }, userAgent)).toBe(`${name}, software`);
});
