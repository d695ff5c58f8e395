/**
 * Every importer against mutated inputs. Each input is rejected with a short, useful message, or is read as written.
 * `npm run fuzz` tries more mutations.
 */
import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { CUSTOM_LIMITS } from '../rewards/sandbox/term';
import { type Importer, importers } from './importers.fixture';
import { type Mutation, mutatedFile, mutatedLines, mutatedText } from './mutate.fixture';
import { mutatedWeights, weightsFile, writtenWeights } from './weights.fixture';

const MUTATIONS = Number(process.env.FUZZ_MUTATIONS ?? 500);
const SEED = Number(process.env.FUZZ_SEED ?? 0);
const MAX_MESSAGE_BYTES = 2048;

const mutate = {
  JSON: mutatedFile,
  'JSON lines': mutatedLines,
  text: mutatedText,
  link: mutatedText,
  safetensors: mutatedWeights,
} as const;

/** Reads the bytes with plain JSON.parse, line by line for JSON lines; undefined if that fails. */
function written(bytes: Uint8Array, { form, lastMayBeCut }: Importer): unknown {
  try {
    if (form === 'safetensors') return writtenWeights(bytes);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (form === 'JSON') return JSON.parse(text);
    if (form === 'link') return Object.fromEntries(new URLSearchParams(text.replace(/^#/, '')));
    const whole = lastMayBeCut ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
    const lines = whole.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
    return lines.map((line): unknown => JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** First value that was read differently from the input; null without one. Added defaults are fine. */
function lost(said: unknown, understood: unknown, path = ''): string | null {
  if (typeof said !== 'object' || said === null)
    return Object.is(said, understood) || said === understood
      ? null
      : `${path}: ${JSON.stringify(said)} was read as ${JSON.stringify(understood)}`;
  if (typeof understood !== 'object' || understood === null)
    return `${path}: was read as ${JSON.stringify(understood)}`;
  if (Array.isArray(said) && said.length !== (understood as unknown[]).length) return `${path}: has other elements`;
  for (const [key, value] of Object.entries(said)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (!Object.hasOwn(understood, key)) return `${at}: was left out`;
    const fault = lost(value, understood[key as keyof typeof understood], at);
    if (fault) return fault;
  }
  return null;
}

/** Fault of an error message; null without one. */
function faultOfError(error: unknown): string | null {
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const { message } = error;
  if ([TypeError, RangeError, SyntaxError, ReferenceError].some((of) => error instanceof of))
    return `crashed: ${error.stack}`;
  if (new TextEncoder().encode(message).length > MAX_MESSAGE_BYTES)
    return `the message has ${message.length} characters`;
  if (message.trim() === '') return 'the message is empty';
  const raw =
    /call stack|is not a function|cannot read prop|of undefined|\[object |Invalid (input|option)|received (NaN|undefined)/i;
  return raw.test(message) ? `the message speaks of the program's internals: ${message}` : null;
}

async function faultOf({ bytes, what }: Mutation, importer: Importer): Promise<string | null> {
  const { form, read, ignored } = importer;
  let understood: unknown;
  try {
    understood = await read(bytes);
  } catch (error) {
    return faultOfError(error);
  }
  if (form === 'text') {
    const { value, reason } = understood as { value: number; reason: string };
    const bounded = Math.abs(value) <= CUSTOM_LIMITS.value && reason.length <= 2 * CUSTOM_LIMITS.reason;
    return bounded ? null : `gave ${value}: ${reason}`;
  }
  if (what.includes('a key twice')) return 'was read, though a key occurs twice';
  const said = written(bytes, importer);
  if (said === undefined) return 'was read, though it does not have this format';
  const fault = lost(said, understood);
  return fault && !ignored?.test(fault) ? fault : null;
}

describe.each(importers)('$name', (importer) => {
  it('accepts the sample and reads it as written', async () => {
    const { form, sample } = importer;
    const bytes = form === 'safetensors' ? weightsFile(sample) : new TextEncoder().encode(sample);
    expect(await faultOf({ bytes, what: 'nothing' }, importer)).toBeNull();
    await importer.read(bytes);
  });

  it(`rejects clearly or reads as written, in ${MUTATIONS} mutations`, async () => {
    const stream = random(SEED, 'fuzz', importer.name);
    const faults: string[] = [];
    for (let i = 0; i < MUTATIONS; i++) {
      const mutation = mutate[importer.form](importer.sample, stream);
      const fault = await faultOf(mutation, importer);
      if (fault) faults.push(`${i}: ${mutation.what}: ${fault.slice(0, 600)}`);
    }
    expect(faults).toEqual([]);
  });
});
