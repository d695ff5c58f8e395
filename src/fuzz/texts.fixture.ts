/** Targets of the fuzz test whose file is a text, or tensors behind a text: each is refused, or read as written. */
import { CUSTOM_LIMITS } from '../rewards/sandbox/term';
import { type Importer, importers } from './importers.fixture';
import { type Mutation, mutatedFile, mutatedLines, mutatedText } from './mutate.fixture';
import { faultOfError, type Target } from './target.fixture';
import { mutatedWeights, weightsFile, writtenWeights } from './weights.fixture';

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

async function faultOf({ bytes, what }: Mutation, importer: Importer): Promise<string | null> {
  const { form, read, ignored } = importer;
  let understood: unknown;
  try {
    understood = await read(bytes);
  } catch (error) {
    return what === 'nothing' ? `was refused: ${error}` : faultOfError(error);
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

const targetOf = (importer: Importer): Target => ({
  name: importer.name,
  ...(importer.form === 'text' && { share: 0.1 }), // each try starts an engine
  attempt(stream) {
    const { form, sample } = importer;
    const bytes = () => (form === 'safetensors' ? weightsFile(sample) : new TextEncoder().encode(sample));
    const mutation = stream ? mutate[form](sample, stream) : { bytes: bytes(), what: 'nothing' };
    return { what: mutation.what, size: mutation.bytes.length, run: () => faultOf(mutation, importer) };
  },
});

export const textTargets: readonly Target[] = importers.map(targetOf);
