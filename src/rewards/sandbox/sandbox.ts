/**
 * The user's own reward term: JavaScript text, run in an engine of its own (engine.ts). Every call begins at the same state,
 * to the bit, and may take so many steps and so much memory; whatever goes wrong in it costs that call's value alone. What
 * it gives follows from the text and the rollout: there is no clock in there, no randomness, and its limit counts work.
 */
import type { QuickJSHandle } from 'quickjs-emscripten-core';
import { openEngine } from './engine';
import { bounded, FILE, formOf, givenBy, NO_FUNCTION, SourceError, WITHOUT } from './source';
import { CUSTOM_LIMITS, type CustomPart, type CustomTerm, failed } from './term';

export { SourceError } from './source';

/** Allowance for reading a result, so that a term that used up its own can still give its reason. */
const READING = { steps: 1_000_000, memory: 2 ** 20 } as const;
/** Characters of a text that a term gave in place of a number, as a message quotes it. */
const QUOTED = 80;

/** Script in the engine: writes a term's result or error as JSON for the host, and never throws. */
const REPORT = `(() => {
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
  const kind = (value) => {
    if (typeof value === 'string') return 'text ' + stringify(value.length > ${QUOTED} ? value.slice(0, ${QUOTED}) + '…' : value);
    if (typeof value === 'bigint') return 'a bigint, ' + words(value) + 'n,';
    if (typeof value === 'boolean' || typeof value === 'symbol') return 'a ' + typeof value + ', ' + words(value) + ',';
    if (typeof value === 'function') return 'a function';
    if (typeof value === 'object' && value !== null) return 'an object';
    return words(value);
  };
  const number = (value, reason) => {
    if (typeof value !== 'number' || !isFinite(value)) return fault('gave ' + kind(value) + ' where a finite number was expected');
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

/**
 * Compiles a custom term.
 * @param source a function of the rollout, perhaps with declarations before it; `function reward(rollout) {…}`; or the body of one
 * @throws where it does not compile, naming line and column, or gives no function
 */
export async function openCustomTerm(source: string): Promise<CustomTerm> {
  const engine = await openEngine(CUSTOM_LIMITS);
  const { context } = engine;
  const evaluate = (code: string) => context.evalCode(code, FILE, { type: 'global' });
  const reportOf = (lines: number) => context.unwrapResult(evaluate(REPORT.replace('LINES', String(lines))));
  const readResult = (report: QuickJSHandle, result: QuickJSHandle, threw: boolean): CustomPart => {
    context.runtime.setMemoryLimit(CUSTOM_LIMITS.memory + READING.memory);
    const reading = bounded(engine, READING.steps, () => {
      const answer = context.callFunction(report, context.undefined, result, threw ? context.true : context.false);
      return answer.error ? null : context.getString(answer.value);
    });
    if ('fault' in reading) return failed(reading.fault);
    const part = parsePart(reading.value);
    return 'fault' in part ? failed(part.fault) : part;
  };

  context.unwrapResult(evaluate(WITHOUT));
  const clean = engine.mark();
  const form = formOf(engine, source);

  clean();
  const report = reportOf(form.lines);
  const parse = context.unwrapResult(evaluate('JSON.parse'));
  const began = engine.mark();
  const given = bounded(engine, CUSTOM_LIMITS.steps, () => givenBy(context, form, source));
  if (!('fault' in given) && given.value === null) throw new SourceError(NO_FUNCTION);
  if ('fault' in given || given.value?.error) {
    const part = 'fault' in given ? failed(given.fault) : readResult(report, given.value?.error as QuickJSHandle, true);
    began();
    return { evaluate: () => part, exhausted: () => false };
  }
  const give = given.value?.value as QuickJSHandle;
  const ready = engine.mark();
  let exhausted = false;
  return {
    evaluate(rollout) {
      ready();
      const result = bounded(engine, CUSTOM_LIMITS.steps, () => {
        const argument = context.callFunction(parse, context.undefined, context.newString(JSON.stringify(rollout)));
        return argument.error ? argument : context.callFunction(give, context.undefined, argument.value);
      });
      exhausted = engine.exhausted();
      if ('fault' in result) return failed(result.fault);
      const { error, value } = result.value as { error?: QuickJSHandle; value?: QuickJSHandle };
      return readResult(report, (error ?? value) as QuickJSHandle, error !== undefined);
    },
    exhausted: () => exhausted,
  };
}

/** Checks the text from the engine before it is used: it is the user's. */
function parsePart(json: string | null): CustomPart | { fault: string } {
  try {
    const { value, reason, fault } = JSON.parse(json as string) as Record<string, unknown>;
    if (typeof fault === 'string') return { fault: fault.slice(0, CUSTOM_LIMITS.reason) };
    if (typeof value === 'number' && Math.abs(value) <= CUSTOM_LIMITS.value && typeof reason === 'string')
      return { value, reason: reason.slice(0, CUSTOM_LIMITS.reason) };
  } catch {
    // no JSON: reported as any other that cannot be read
  }
  return { fault: 'what it gave cannot be read' };
}
