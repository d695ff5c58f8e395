/** The text of a custom term: the form in which it compiles, or its fault with line and column. */
import type { QuickJSContext } from 'quickjs-emscripten-core';
import { type Engine, openEngine } from './engine';
import { CUSTOM_LIMITS } from './term';

export const FILE = 'custom';

/** Text around the source, and the lines of it before the source. */
export interface SourceForm {
  readonly before: string;
  readonly after: string;
  readonly lines: number;
}
/** A body is compiled inside a function that begins one line before it. */
const AS_BODY: SourceForm = { before: '(rollout) => {\n', after: '\n}', lines: 1 };
const AS_SCRIPT: SourceForm = { before: '', after: '', lines: 0 };

/** Fault of the text of a custom term, naming line and column. */
export class SourceError extends Error {}

/** The text that compiles: as a script that ends in a function, or as a function's body. @throws naming line and column */
function compile(context: QuickJSContext, source: string): SourceForm {
  const faultOf = (form: SourceForm) => {
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
  // the engine names the end of the text as a token without a character
  if (line > lines.length || /: ''$/.test(message))
    throw new SourceError(
      `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}: the text ends before it is complete`,
    );
  throw new SourceError(`line ${line}, column ${column}: ${message}`);
}

/** Work under a meter; what stopped it, in words, where it did not end. */
export function bounded<T>(engine: Engine, steps: number, work: () => T): { value: T } | { fault: string } {
  engine.allow(steps);
  try {
    return { value: work() };
  } catch (error) {
    if (engine.exhausted()) return { fault: `it did not end within ${CUSTOM_LIMITS.steps / 1e6} million steps` };
    if (error instanceof RangeError) return { fault: 'it went too deep' };
    return { fault: `its engine failed: ${(error as Error).message}` };
  }
}

/** Compiles the text within the limits of a call, and runs nothing of it. @throws SourceError */
export function formOf(engine: Engine, source: string): SourceForm {
  const compiled = bounded(engine, CUSTOM_LIMITS.steps, () => {
    try {
      return compile(engine.context, source);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) throw error;
      return (error as Error).message;
    }
  });
  if ('fault' in compiled) throw new SourceError(`line 1, column 1: ${compiled.fault}`);
  if (typeof compiled.value === 'string') throw new SourceError(compiled.value);
  return compiled.value;
}

/** Deletes what differs from run to run, and what would run after the call, before the text is read. */
export const WITHOUT =
  'for (const name of ["performance", "queueMicrotask"]) delete globalThis[name]; delete Math.random;';

/** Runs the text once, as a term is opened: the function that it gives, or what it threw; null where it gives none. */
export function givenBy(context: QuickJSContext, { before, after }: SourceForm, source: string) {
  const evaluate = (code: string) => context.evalCode(code, FILE, { type: 'global' });
  const last = evaluate(`${before}${source}${after}`);
  if (last.error || context.typeof(last.value) === 'function') return last;
  const declared = evaluate('typeof reward === "function" ? reward : undefined');
  return declared.error || context.typeof(declared.value) === 'function' ? declared : null;
}

export const NO_FUNCTION =
  'line 1, column 1: it gives no function: write (rollout) => a number, or the body of such a function';

/** Steps that a check may take: few, as an editor waits for it. A text that needs more is left to the run. */
const CHECK_STEPS = 1_000_000;

/** Opened by the first check and kept: an editor checks after every pause in typing. */
let checker: Promise<{ readonly engine: Engine; readonly clean: () => void }> | null = null;

/** Finds the fault of a term's text, with line and column; null where there is none. Runs the text, but not the function that it gives. */
export async function sourceFault(source: string): Promise<string | null> {
  checker ??= openEngine(CUSTOM_LIMITS).then((engine) => {
    engine.context.unwrapResult(engine.context.evalCode(WITHOUT));
    return { engine, clean: engine.mark() };
  });
  checker.catch(() => {
    checker = null; // a network may be back the next time
  });
  const { engine, clean } = await checker;
  clean();
  try {
    const form = formOf(engine, source);
    clean();
    const given = bounded(engine, CHECK_STEPS, () => givenBy(engine.context, form, source));
    return 'value' in given && given.value === null ? NO_FUNCTION : null;
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
}
