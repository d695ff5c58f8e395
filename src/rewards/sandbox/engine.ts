/**
 * A JavaScript engine of its own: QuickJS in WebAssembly, metered. It has no way out but what the host puts in, and that is
 * nothing: no network, no files, no clock. Its state can be restored to the bit. sandbox.ts runs scripts in it.
 */
import type { QuickJSContext } from 'quickjs-emscripten-core';
import { fetchedFile } from '../../fetched';
import { globalName, metered, STEPS_LEFT } from './meter';

/** The engine's module, by the name under which its package exports it. */
const WASM = '@jitl/quickjs-wasmfile-release-sync/wasm';
const PAGE = 65_536;

async function readBytes(): Promise<Uint8Array> {
  // vite resolves the package's name in this expression; Node does not
  const url = new URL('@jitl/quickjs-wasmfile-release-sync/wasm', import.meta.url);
  if (url.protocol !== 'file:') return new Uint8Array(await (await fetchedFile(url)).arrayBuffer());
  const [files, modules] = ['node:fs/promises', 'node:module']; // not by their names, so that no bundler looks for them
  const { readFile } = (await import(/* @vite-ignore */ files!)) as typeof import('node:fs/promises');
  const { createRequire } = (await import(/* @vite-ignore */ modules!)) as typeof import('node:module');
  return readFile(createRequire(import.meta.url).resolve(WASM));
}

/** Read, metered and compiled once, when the first custom term asks for it. */
let compiled: Promise<WebAssembly.Module> | null = null;
function compile(): Promise<WebAssembly.Module> {
  compiled ??= readBytes().then((bytes) => WebAssembly.compile(metered(bytes)));
  compiled.catch(() => {
    compiled = null; // a network may be back the next time
  });
  return compiled;
}

export interface EngineLimits {
  /** Bytes that scripts may allocate. */
  readonly memory: number;
  /** Bytes of the engine's own stack: few enough that it is used up before the host's. */
  readonly stack: number;
}

export interface Engine {
  readonly context: QuickJSContext;
  /** Gives the meter this many steps; what runs beyond them traps. */
  allow(steps: number): void;
  /** True where the meter stopped the engine. */
  exhausted(): boolean;
  /** Saves the state; the returned function restores it to the bit, after a trap too. */
  mark(): () => void;
}

/** The range outside which every word is 0. In plain loops: a callback for each of millions of words takes several times as long. */
function rangeInUse(words: Uint32Array): [from: number, to: number] {
  let from = 0;
  while (from < words.length && words[from] === 0) from++;
  let to = words.length;
  while (to > from && words[to - 1] === 0) to--;
  return [from, to];
}

export async function openEngine({ memory: limit, stack }: EngineLimits): Promise<Engine> {
  const [core, { default: variant }, module] = await Promise.all([
    import('quickjs-emscripten-core'),
    import('@jitl/quickjs-wasmfile-release-sync'),
    compile(),
  ]);
  // 16 MiB is what the module declares; twice the limit bounds what the engine allocates beside the scripts' own
  const initial = 256;
  const memory = new WebAssembly.Memory({ initial, maximum: initial + Math.ceil((2 * limit) / PAGE) });
  const instantiated: { exports: WebAssembly.Exports | null } = { exports: null };
  const steps = () => instantiated.exports?.[STEPS_LEFT] as WebAssembly.Global<'i32'>;
  const quickjs = await core.newQuickJSWASMModuleFromVariant(
    core.newVariant(variant, {
      wasmMemory: async () => memory,
      emscriptenModule: {
        instantiateWasm(imports: WebAssembly.Imports, received: (instance: WebAssembly.Instance) => void) {
          const instance = new WebAssembly.Instance(module, imports);
          instantiated.exports = instance.exports;
          received(instance);
          return instance.exports;
        },
        printErr() {},
      } as object,
    }),
  );
  const runtime = quickjs.newRuntime({ memoryLimitBytes: limit, maxStackSizeBytes: stack });
  const context = runtime.newContext({ intrinsics: { ...core.DefaultIntrinsics, Date: false } });
  const globals = Object.keys(instantiated.exports ?? {}).flatMap((_, i) => {
    const global = instantiated.exports?.[globalName(i)];
    return global instanceof WebAssembly.Global ? [global as WebAssembly.Global<'i32'>] : [];
  });
  return {
    context,
    allow(count) {
      steps().value = count;
    },
    exhausted: () => steps().value < 0,
    mark() {
      // from the first word in use: below it lies the part of the stack that nothing has reached, or that nothing reads again
      const words = new Uint32Array(memory.buffer);
      const [from, to] = rangeInUse(words);
      const kept = words.slice(from, to);
      const values = globals.map(({ value }) => value);
      return () => {
        new Uint32Array(memory.buffer).set(kept, from);
        globals.forEach((global, i) => {
          global.value = values[i] as number;
        });
      };
    },
  };
}
