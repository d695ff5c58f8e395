/** A user's text can do nothing to a run but give a number. Each attempt at more costs its own value, with a reason. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { metered, STEPS_LEFT } from './meter';
import { forOneStep, MOST_EXHAUSTED } from './perStep';
import { openCustomTerm } from './sandbox';
import { sourceFault } from './source';
import { CUSTOM_LIMITS, type CustomRollout } from './term';

const rollout: CustomRollout = {
  prompt: '11=',
  expected: '0',
  text: '<think>1,0</think>0<|im_end|>',
  thought: '1,0',
  answer: '0',
  correct: true,
  partial: 1,
  measures: { gap: 0.5 },
  length: 7,
  lMax: 24,
  ended: true,
  think: 'ok',
  tokens: ['<think>', '1', ',', '0', '</think>', '0', '<|im_end|>'],
};
const give = async (source: string) => (await openCustomTerm(source)).evaluate(rollout);
const STEPS = 'it did not end within 10 million steps';
const MEMORY = 'out of memory: a call may use 16 MiB';
const PROMISE = 'gave a promise; its number has to be there at once';

describe('a custom term gives', () => {
  it.each([
    ['(rollout) => rollout.length / 2', 3.5, 'gave 3.5'],
    ['// in words\nconst half = (n) => n / 2;\n(rollout) => half(rollout.length);', 3.5, 'gave 3.5'],
    ['function reward({ length }) { return { value: -length, reason: length + " tokens" } }', -7, '7 tokens'],
    ['const [first] = rollout.tokens;\nreturn { value: 1, reason: first }', 1, '<think>'],
    ['({ measures, tokens }) => ({ value: measures.gap, reason: tokens.length })', 0.5, '7'],
    ['() => ({ value: 2 })', 2, 'gave 2'],
  ])('%s', async (source, value, reason) => {
    expect(await give(source)).toEqual({ value, reason });
  });

  it('all that the contract names, and nothing of the host', async () => {
    const fields = await give('(rollout) => ({ value: 1, reason: Object.keys(rollout).join() })');
    expect(fields.reason).toBe(Object.keys(rollout).join());
    const host = ['fetch', 'XMLHttpRequest', 'WebSocket', 'Worker', 'importScripts', 'process', 'require', 'module']
      .concat(['window', 'self', 'document', 'navigator', 'postMessage', 'setTimeout', 'WebAssembly', 'console'])
      .concat(['Date', 'performance', 'queueMicrotask', 'std', 'os', 'Deno', 'Bun', 'Intl', 'crypto', 'indexedDB']);
    const found = await give(
      `() => ({ value: 1, reason: ${JSON.stringify(host)}.filter((name) => name in globalThis).join() })`,
    );
    expect(found).toEqual({ value: 1, reason: '' });
    expect((await give('() => typeof Math.random')).reason).toContain('gave text "undefined"');
  });
});

describe('costs its own value, with the reason, where it', () => {
  it.each([
    ['loops', '() => { for (;;); }', STEPS],
    ['loops before it is called', 'while (true) {}', STEPS],
    ['catches all and loops on', '() => { for (;;) try { for (;;); } catch {} finally { continue } }', STEPS],
    ['loops in a generator', '() => [...(function* () { for (;;) yield; })()].length', STEPS],
    ['loops in a getter of its result', '() => ({ get value() { for (;;); } })', STEPS],
    ['loops in the words of its reason', '() => ({ value: 1, reason: { toString() { for (;;); } } })', STEPS],
    ['backtracks without end', '() => /^(a+)+$/.test("a".repeat(60) + "b")', STEPS],
    ['searches in native code', '() => [].indexOf.call({ length: 2 ** 53 - 1 }, 1)', STEPS],
    ['compares in native code', '() => "a".repeat(4e6).indexOf("a".repeat(2e6) + "b")', STEPS],
    [
      'sorts in native code',
      '() => { const s = "a".repeat(2e6); return Array(1e5).fill(0).map(() => s + 1).sort().length }',
      STEPS,
    ],
    ['sorts by a loop', '() => Array.from({ length: 1e5 }, (_, i) => -i).sort(() => { for (;;); })', STEPS],
    ['multiplies without end', '() => { let a = 3n; for (;;) a *= a; }', 'it'],
    ['copies without end', '() => { const a = new Uint8Array(4e6); for (;;) a.copyWithin(1, 0); }', STEPS],
    ['builds a text', '() => "x".repeat(2 ** 29)', MEMORY],
    ['doubles a text', '() => { let s = "x"; for (;;) s += s + s.length; }', 'threw'],
    ['builds a typed array', '() => new Float64Array(2 ** 27).length', 'threw'],
    ['builds arrays', '() => { const a = []; for (;;) a.push(new Array(50_000).fill(1)); }', 'it'],
    ['keeps arrays from call to call', 'const a = []; () => { for (;;) a.push(new Uint8Array(65536)); }', MEMORY],
    ['recurses', '() => { const f = () => f(); return f(); }', 'stack overflow'],
    ['recurses in native code', '() => { const f = () => [1].map(f); return f(); }', 'stack overflow'],
    ['nests deeper than any parser', '() => eval("(".repeat(1e5))', 'stack overflow'],
    ['throws', '() => { throw new Error("no"); }', 'threw Error: no (line 1, column '],
    ['throws nothing', '() => { throw null; }', 'threw null'],
    ['throws undefined', '() => { throw undefined; }', 'threw undefined'],
    ['throws what throws', '() => { throw { toString() { throw 1; } }; }', 'threw something that has no words'],
    [
      'throws a trap',
      '() => { throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } }); }',
      'has no words',
    ],
    [
      'throws a revoked proxy',
      '() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy; }',
      'has no words',
    ],
    ['throws before it is called', 'throw new Error("early")', 'threw Error: early (line 1, column '],
    [
      'throws in a getter of its result',
      '() => ({ get value() { throw new Error("no"); } })',
      'when its result was read',
    ],
    ['gives NaN', '() => NaN', 'gave NaN where a finite number was expected'],
    ['gives Infinity', '() => -Infinity', 'gave -Infinity where'],
    ['gives too much', '() => 1e300', 'gave 1e+300; at most ±1000000 counts'],
    ['gives nothing', '() => {}', 'gave undefined where'],
    ['gives null', '() => null', 'gave null where'],
    ['gives a text', '() => "7"', 'gave text "7" where'],
    ['gives a long text', '() => "x".repeat(1e6)', `gave text "${'x'.repeat(80)}…" where a finite number was expected`],
    ['gives a bigint', '() => 7n', 'gave a bigint, 7n, where'],
    ['gives a boolean', '() => true', 'gave a boolean, true, where'],
    ['gives a symbol', '() => Symbol("x")', 'gave a symbol, Symbol(x), where'],
    ['gives a function', '() => () => 1', 'gave a function where a finite number was expected'],
    ['gives an object as its value', '() => ({ value: [7] })', 'gave an object where'],
    ['gives no value', '() => ({ reason: "none" })', 'gave undefined where'],
    ['gives a promise', '() => Promise.resolve(1)', PROMISE],
    ['is asynchronous', 'async () => 1', PROMISE],
    ['asks the network', '() => fetch("https://example.org")', "'fetch' is not defined"],
    ['asks the network the old way', '() => new XMLHttpRequest()', "'XMLHttpRequest' is not defined"],
    ['imports', '() => import("node:fs")', PROMISE],
    ['requires', '() => require("node:fs")', "'require' is not defined"],
    ['climbs to the realm', '() => globalThis.constructor.constructor("return process")()', "'process' is not defined"],
    ['waits', '() => Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)', 'threw'],
    ['asks the time', '() => Date.now()', "'Date' is not defined"],
  ])('%s', async (_, source, reason) => {
    const part = await give(source);
    expect(part.reason).toContain(reason);
    expect(part).toMatchObject({ value: 0, failed: true });
    expect(part.reason.length).toBeLessThan(2 * CUSTOM_LIMITS.reason);
  });
});

it('every call sees the state that the text set up, not changes by earlier calls', async () => {
  const term = await openCustomTerm(`
    let calls = 0;
    (rollout) => {
      calls++;
      if (rollout.prompt === 'pollute') {
        Object.prototype.value = 5;
        Array.prototype.map = JSON.parse = JSON.stringify = Number.isFinite = () => 9;
        globalThis.Promise = globalThis.Error = globalThis.String = undefined;
      }
      if (rollout.prompt === 'loop') for (;;);
      if (rollout.prompt === 'fill') for (const kept = []; ; ) kept.push(new Uint8Array(65536));
      if (rollout.prompt === 'sink') return (function f() { return f(); })();
      return { value: calls, reason: String([{}.value, typeof Promise, [1].map((n) => n + 1)]) };
    }`);
  const ask = (prompt: string) => term.evaluate({ ...rollout, prompt });
  const first = ask('');
  expect(first).toEqual({ value: 1, reason: ',function,2' });
  const outcomes = new Map<string, unknown>();
  for (const prompt of ['pollute', 'loop', 'fill', 'sink', 'loop', 'pollute', 'sink', 'fill']) {
    const part = ask(prompt);
    expect(outcomes.get(prompt) ?? part).toEqual(part);
    outcomes.set(prompt, part);
    expect(ask('')).toEqual(first);
  }
});

it('the limit counts work, to the step: the same turns fit on every machine and in every order', async () => {
  const source = '(rollout) => { let n = 0; for (; n < rollout.length; n++); return n }';
  const fits = async () => {
    const term = await openCustomTerm(source);
    let [low, high]: [number, number] = [0, CUSTOM_LIMITS.steps];
    while (high - low > 1) {
      const length = Math.floor((low + high) / 2);
      if (term.evaluate({ ...rollout, length }).value === Math.min(length, CUSTOM_LIMITS.value)) low = length;
      else high = length;
    }
    return low;
  };
  const most = await fits();
  expect(most).toBeGreaterThan(100_000);
  expect(await fits()).toBe(most);
});

it('cuts reasons', async () => {
  const { reason } = await give('() => ({ value: 1, reason: "x".repeat(1e6) })');
  expect(reason).toBe(`${'x'.repeat(CUSTOM_LIMITS.reason - 1)}…`);
  expect((await give('() => { throw new Error("x".repeat(1e6)) }')).reason).toMatch(/x…$/);
});

it.each([
  ['(r) =>\n  r +* 2', 'line 2, column 6: '],
  ['let a = 1;\n\nlet b = ;', 'line 3, column 9: '],
  ['if (rollout.correct) {\n  return 1\n', 'line 3, column 1: '],
  ['return 1 +* 2', 'line 1, column 11: '],
  ['(r) => r.length *', 'line 1, column 18: the text ends before it is complete'],
  ['import fs from "node:fs"; () => 1', 'line 1, column '],
  ['7', 'it gives no function: write (rollout) => a number'],
])('a text that cannot be a term is refused with its place: %j', async (source, message) => {
  await expect(openCustomTerm(source)).rejects.toThrow(message);
});

it('a text is checked without calling its function, one after another', async () => {
  expect(await sourceFault('(r) =>\n  r +* 2')).toContain('line 2, column 6: ');
  expect(await sourceFault('while (true) {}')).toBeNull();
  expect(await sourceFault('return 1')).toBeNull();
  expect(await sourceFault('if (rollout.correct) {\n  return 1\n')).toContain('line 3, column 1: ');
  for (const nothing of ['5', '// only a comment', 'const reward = 5', '"use strict"; Math.random'])
    expect([nothing, await sourceFault(nothing)]).toEqual([nothing, expect.stringContaining('it gives no function')]);
  for (const term of ['() => { for (;;); }', 'function reward() { return 1 }\n7', 'throw new Error("early")'])
    expect([term, await sourceFault(term)]).toEqual([term, null]);
});

it('a step skips its calls after three that used up their limit; the next step begins again', async () => {
  const term = await openCustomTerm(
    '({ prompt }) => { if (prompt === "hang") for (;;); if (prompt === "throw") throw 1; return 1; }',
  );
  const ask = (step: ReturnType<typeof forOneStep>, prompts: readonly string[]) =>
    prompts.map((prompt) => step.evaluate({ ...rollout, prompt }).reason);
  const [hung, gave] = [STEPS, 'gave 1'];
  const prompts = ['throw', 'hang', '', 'hang', 'throw', 'throw', '', 'hang', '', 'hang'];
  const skipped = 'skipped, because 3 calls in this step did not end within 10 million steps';
  expect(MOST_EXHAUSTED).toBe(3);
  for (let step = 0; step < 2; step++)
    expect(ask(forOneStep(term), prompts)).toEqual(
      ['threw 1', hung, gave, hung, 'threw 1', 'threw 1', gave, hung].concat(skipped, skipped),
    );
});

describe('the meter', () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm'));
  it('leaves a valid module that counts', () => {
    const exports = WebAssembly.Module.exports(new WebAssembly.Module(metered(wasm)));
    expect(exports).toContainEqual({ name: STEPS_LEFT, kind: 'global' });
  });
  it('refuses what it does not know', () => {
    // () → (): a throw of the exceptions proposal
    const odd = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 1, 0, 3, 2, 1, 0, 6, 1, 0, 7, 1, 0];
    const module = Uint8Array.of(...odd, 10, 6, 1, 4, 0, 0x08, 0, 0x0b);
    expect(() => metered(module)).toThrow('the meter does not know instruction 0x8');
  });
});
