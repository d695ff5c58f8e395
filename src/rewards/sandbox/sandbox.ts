/**
 * The user's own reward term: JavaScript text, run in an engine of its own (engine.ts). Every call begins at the same state,
 * to the bit, and may take so many steps and so much memory; whatever goes wrong in it costs that call's value alone. What
 * it gives follows from the text and the rollout: there is no clock in there, no randomness, and its limit counts work.
 */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core';
import type { RewardPart } from '../term';
import { openEngine } from './engine';

/** Limits of one call. A step is a turn of a loop or a call inside the engine: 40 or so for one turn of a script's loop. */
export const CUSTOM_LIMITS = {
  steps: 10_000_000,
  memory: 16 * 2 ** 20,
  /** Some 200 calls within each other. More of the host's stack might be used up before, at a depth that differs between hosts. */
  stack: 32 * 2 ** 10,
  /** Larger values would drown all others in a sum, or overflow in a variance. */
  value: 1e6,
  /** Characters of a reason. */
  reason: 300,
} as const;

/** What reading a result may take beyond that, so that a term that used all it had can still say why. */
const TELLING = { steps: 1_000_000, memory: 2 ** 20 } as const;
const FILE = 'custom';
/** A body is compiled inside a function that begins one line before it. */
const AS_BODY = { before: '(rollout) => {\n', after: '\n}', lines: 1 } as const;
const AS_SCRIPT = { before: '', after: '', lines: 0 } as const;

/** What differs from run to run, and what would only ever run after the call: gone before the text is read. */
const WITHOUT = 'for (const name of ["performance", "queueMicrotask"]) delete globalThis[name]; delete Math.random;';

/** In the engine: what the term gave or threw, as JSON that the host reads. Nothing that it meets makes it throw. */
const TELL = `(() => {
  const { stringify } = JSON;
  const { isFinite } = Number;
  const [Thrown, Later, toText] = [Error, Promise, String];
  const words = (thing) => {
    try {
      if (typeof thing === 'string') return thing;
      if (!(thing instanceof Thrown)) return toText(thing);
      const at = /${FILE}:(\\d+):(\\d+)/.exec(thing.stack);
      return thing.name + ': ' + thing.message + (thing.message === 'out of memory' ? ': a call may use ${CUSTOM_LIMITS.memory / 2 ** 20} MiB' : '') + (at ? ' (line ' + (at[1] - LINES) + ', column ' + at[2] + ')' : '');
    } catch {
      return 'something that has no words';
    }
  };
  const cut = (text) => text.length > ${CUSTOM_LIMITS.reason} ? text.slice(0, ${CUSTOM_LIMITS.reason - 1}) + '…' : text;
  const fault = (text) => stringify({ fault: cut(text) });
  const number = (value, reason) => {
    if (typeof value !== 'number' || !isFinite(value)) return fault('gave ' + words(value) + ' where a finite number was expected');
    if (value > ${CUSTOM_LIMITS.value} || value < -${CUSTOM_LIMITS.value}) return fault('gave ' + value + '; at most ±${CUSTOM_LIMITS.value} counts');
    return stringify({ value, reason: cut(reason === undefined ? 'gave ' + value : words(reason)) });
  };
  return (result, threw) => {
    try {
      if (threw) return fault('threw ' + words(result));
      if (result instanceof Later) return fault('gave a promise; its number has to be there at once');
      if (typeof result !== 'object' || result === null) return number(result);
      const { value, reason } = result;
      return number(value, reason);
    } catch (error) {
      return fault('threw ' + words(error) + ' when its result was read');
    }
  };
})()`;

/** What is wrong with the text of a custom term, naming line and column. */
export class SourceError extends Error {}

/** What a custom term is told of a rollout: plain data. */
export interface CustomRollout {
  readonly prompt: string;
  /** The answer that the task expects; others may be right too. */
  readonly expected: string;
  /** The whole completion, special tokens written out. */
  readonly text: string;
  /** Between the think tags; null where they are not in order. */
  readonly thought: string | null;
  /** After the think block; null where it never closes. */
  readonly answer: string | null;
  readonly correct: boolean;
  /** How much of the answer is right, in [0, 1], and what else the task measures of it, by name. */
  readonly partial: number;
  readonly measures: Readonly<Record<string, number>>;
  /** Tokens, end token included, and the most that there may be. */
  readonly length: number;
  readonly lMax: number;
  readonly ended: boolean;
  readonly think: 'ok' | 'missing' | 'repeated' | 'order';
  readonly tokens: readonly string[];
}

export interface CustomTerm {
  /** Never throws: a failure is value 0 and its reason. */
  evaluate(rollout: CustomRollout): RewardPart;
}

const failed = (fault: string): RewardPart => ({
  value: 0,
  reason: `custom term failed: ${fault}`,
  failed: true,
});

/** The text that compiles: as a script that ends in a function, or as a function's body. @throws naming line and column */
function compile(context: QuickJSContext, source: string): typeof AS_BODY | typeof AS_SCRIPT {
  const faultOf = (form: typeof AS_BODY | typeof AS_SCRIPT) => {
    const compiled = context.evalCode(`${form.before}${source}${form.after}`, FILE, {
      type: 'global',
      compileOnly: true,
    });
    if (!compiled.error) return null;
    const { message, stack } = context.dump(compiled.error) as { message?: string; stack?: string };
    const [, line, column] = new RegExp(`${FILE}:(\\d+):(\\d+)`).exec(stack ?? '') ?? [];
    return {
      message: message ?? 'it does not compile',
      line: Number(line ?? 1) - form.lines,
      column: Number(column ?? 1),
    };
  };
  const asScript = faultOf(AS_SCRIPT);
  if (!asScript) return AS_SCRIPT;
  const asBody = faultOf(AS_BODY);
  if (!asBody) return AS_BODY;
  // only a body may return, so what has a return was meant as one
  const { line, column, message } = /\breturn\b/.test(asScript.message) ? asBody : asScript;
  const lines = source.split('\n');
  if (line > lines.length)
    throw new SourceError(
      `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}: the text ends before it is complete`,
    );
  throw new SourceError(`line ${line}, column ${column}: ${message}`);
}

/**
 * Compiles a custom term.
 * @param source a function of the rollout, perhaps with declarations before it; `function reward(rollout) {…}`; or the body of one
 * @throws where it does not compile, naming line and column, or gives no function
 */
export async function openCustomTerm(source: string): Promise<CustomTerm> {
  const engine = await openEngine(CUSTOM_LIMITS);
  const { context } = engine;
  const evaluate = (code: string) => context.evalCode(code, FILE, { type: 'global' });
  /** Work under a meter; what stopped it, in words, where it did not end. */
  const bounded = <T>(steps: number, work: () => T): { value: T } | { fault: string } => {
    engine.allow(steps);
    try {
      return { value: work() };
    } catch (error) {
      if (engine.exhausted()) return { fault: `it did not end within ${CUSTOM_LIMITS.steps / 1e6} million steps` };
      if (error instanceof RangeError) return { fault: 'it went too deep' };
      return { fault: `its engine failed: ${(error as Error).message}` };
    }
  };
  const tellOf = (lines: number) => context.unwrapResult(evaluate(TELL.replace('LINES', String(lines))));
  const told = (tell: QuickJSHandle, result: QuickJSHandle, threw: boolean): RewardPart => {
    context.runtime.setMemoryLimit(CUSTOM_LIMITS.memory + TELLING.memory);
    const telling = bounded(TELLING.steps, () => {
      const answer = context.callFunction(tell, context.undefined, result, threw ? context.true : context.false);
      return answer.error ? null : context.getString(answer.value);
    });
    if ('fault' in telling) return failed(telling.fault);
    const part = parsePart(telling.value);
    return 'fault' in part ? failed(part.fault) : part;
  };

  context.unwrapResult(evaluate(WITHOUT));
  const clean = engine.mark();
  const compiled = bounded(CUSTOM_LIMITS.steps, () => {
    try {
      return compile(context, source);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) throw error;
      return (error as Error).message;
    }
  });
  if ('fault' in compiled) throw new SourceError(`line 1, column 1: ${compiled.fault}`);
  if (typeof compiled.value === 'string') throw new SourceError(compiled.value);
  const form = compiled.value;

  clean();
  const tell = tellOf(form.lines);
  const parse = context.unwrapResult(evaluate('JSON.parse'));
  const began = engine.mark();
  const given = bounded(CUSTOM_LIMITS.steps, () => {
    const last = evaluate(`${form.before}${source}${form.after}`);
    if (last.error || context.typeof(last.value) === 'function') return last;
    const declared = evaluate('typeof reward === "function" ? reward : undefined');
    return declared.error || context.typeof(declared.value) === 'function' ? declared : null;
  });
  if (!('fault' in given) && given.value === null)
    throw new SourceError(
      'line 1, column 1: it gives no function: write (rollout) => a number, or the body of such a function',
    );
  if ('fault' in given || given.value?.error) {
    const part = 'fault' in given ? failed(given.fault) : told(tell, given.value?.error as QuickJSHandle, true);
    began();
    return { evaluate: () => part };
  }
  const give = given.value?.value as QuickJSHandle;
  const ready = engine.mark();
  return {
    evaluate(rollout) {
      ready();
      const result = bounded(CUSTOM_LIMITS.steps, () => {
        const argument = context.callFunction(parse, context.undefined, context.newString(JSON.stringify(rollout)));
        return argument.error ? argument : context.callFunction(give, context.undefined, argument.value);
      });
      if ('fault' in result) return failed(result.fault);
      const { error, value } = result.value as { error?: QuickJSHandle; value?: QuickJSHandle };
      return told(tell, (error ?? value) as QuickJSHandle, error !== undefined);
    },
  };
}

/** What came out of the engine is the user's, so it is looked at before it is believed. */
function parsePart(json: string | null): RewardPart | { fault: string } {
  try {
    const { value, reason, fault } = JSON.parse(json as string) as Record<string, unknown>;
    if (typeof fault === 'string') return { fault: fault.slice(0, CUSTOM_LIMITS.reason) };
    if (typeof value === 'number' && Math.abs(value) <= CUSTOM_LIMITS.value && typeof reason === 'string')
      return { value, reason: reason.slice(0, CUSTOM_LIMITS.reason) };
  } catch {
    // no JSON: told as any other that cannot be read
  }
  return { fault: 'what it gave cannot be read' };
}
