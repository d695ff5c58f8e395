/**
 * Every importer against changed inputs: each is refused with a short message that a person can use, or means what it says.
 * `npm run fuzz` tries more of them.
 */
import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { CUSTOM_LIMITS } from '../rewards/sandbox/term';
import { type Importer, importers } from './importers.fixture';
import { type Mutation, mutatedFile, mutatedLines, mutatedText } from './mutate.fixture';
import { mutatedWeights, weightsFile, writtenWeights } from './weights.fixture';

const MUTATIONS = Number(process.env.FUZZ_MUTATIONS ?? 500);
const SEED = Number(process.env.FUZZ_SEED ?? 0);
const LONGEST_MESSAGE = 2048;

const mutate = {
  JSON: mutatedFile,
  'JSON lines': mutatedLines,
  text: mutatedText,
  link: mutatedText,
  safetensors: mutatedWeights,
} as const;

/** Reads the bytes by JSON.parse alone, line by line for JSON lines; undefined where it cannot. */
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

/** Where something that was written was not understood as it stands; null where all was. Defaults may be added. */
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

/** What is wrong with a refusal; null where nothing is. */
function faultOfError(error: unknown): string | null {
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const { message } = error;
  if ([TypeError, RangeError, SyntaxError, ReferenceError].some((of) => error instanceof of))
    return `crashed: ${error.stack}`;
  if (new TextEncoder().encode(message).length > LONGEST_MESSAGE) return `told ${message.length} characters`;
  if (message.trim() === '') return 'told nothing';
  const raw =
    /call stack|is not a function|cannot read prop|of undefined|\[object |Invalid (input|option)|received (NaN|undefined)/i;
  return raw.test(message) ? `told in words of the program: ${message}` : null;
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
  if (what.includes('a key twice')) return 'was read, though a key stands there twice';
  const said = written(bytes, importer);
  if (said === undefined) return 'was read, though it has no such form';
  const fault = lost(said, understood);
  return fault && !ignored?.test(fault) ? fault : null;
}

describe.each(importers)('$name', (importer) => {
  it('passes as it is, and means what it says', async () => {
    const { form, sample } = importer;
    const bytes = form === 'safetensors' ? weightsFile(sample) : new TextEncoder().encode(sample);
    expect(await faultOf({ bytes, what: 'nothing' }, importer)).toBeNull();
    await importer.read(bytes);
  });

  it(`is refused in words or means what it says, changed ${MUTATIONS} times`, async () => {
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
