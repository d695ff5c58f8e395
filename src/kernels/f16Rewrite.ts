/**
 * Rewrite of kernels for buffers in f16. The same shader widens what it reads from them and narrows what it stores there. All
 * arithmetic stays in f32. No shader needs a second copy, and an unknown pattern is an error.
 */
import type { AnyKernel, Binding, Element } from '../gpu/kernel';

/** Element type of a buffer in f16, and its conversions. */
const F16_BINDINGS: Partial<Readonly<Record<Element, { element: Element; widen: string; narrow: string }>>> = {
  f32: { element: 'f16', widen: 'f32', narrow: 'f16' },
  vec4f: { element: 'vec4h', widen: 'vec4f', narrow: 'vec4h' },
};

/** Index of the bracket that closes the one at `open`. */
function closing(code: string, open: number, where: string): number {
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if ('([{'.includes(code[i]!)) depth++;
    else if (')]}'.includes(code[i]!) && --depth === 0) return i;
  }
  throw new Error(`${where}: a bracket is not closed; close it`);
}

/** Index of the semicolon that ends the statement at `start`. */
function statementEnd(code: string, start: number, where: string): number {
  let depth = 0;
  for (let i = start; i < code.length && depth >= 0; i++) {
    if ('([{'.includes(code[i]!)) depth++;
    else if (')]}'.includes(code[i]!)) depth--;
    else if (code[i] === ';' && depth === 0) return i;
  }
  throw new Error(`${where}: a store must be a statement of its own, not part of another one`);
}

type Conversions = ReadonlyMap<string, { readonly widen: string; readonly narrow: string }>;

/** Converts all accesses. @throws naming a buffer that is not read whole or stored whole as `buffer[index]` */
function convertAccesses(code: string, conversions: Conversions, kernel: string): string {
  const identifier = /(?<![\w.])[A-Za-z_]\w*/g;
  let done = '';
  let at = 0;
  for (;;) {
    identifier.lastIndex = at;
    const found = identifier.exec(code);
    if (!found) return done + code.slice(at);
    const name = found[0];
    const conversion = conversions.get(name);
    const after = found.index + name.length;
    done += code.slice(at, conversion ? found.index : after);
    at = after;
    if (!conversion) continue;
    const where = `${kernel}: ${name}`;
    if (code[after] !== '[') throw new Error(`${where} in f16 must be followed by its index`);
    const close = closing(code, after, where);
    const element = `${name}[${convertAccesses(code.slice(after + 1, close), conversions, kernel)}]`;
    const rest = code.slice(close + 1);
    if (/^[\w.[\]\s]*(\+\+|--)/.test(rest) || /^[.[][^;]*?[^=!<>]=(?!=)/.test(rest.split(/[;,)]/, 1)[0]!))
      throw new Error(`${where} in f16 must be stored whole`);
    const store = /^\s*([-+*/]?)=(?!=)/.exec(rest);
    if (!store) {
      done += `${conversion.widen}(${element})`;
      at = close + 1;
      continue;
    }
    const value = close + 1 + store[0].length;
    const end = statementEnd(code, value, where);
    const operand = convertAccesses(code.slice(value, end).trim(), conversions, kernel);
    const sum = store[1] ? `${conversion.widen}(${element}) ${store[1]} (${operand})` : operand;
    done += `${element} = ${conversion.narrow}(${sum})`;
    at = end;
  }
}

const DECLARATION = /var<storage,\s*\w+>\s*(\w+)\s*:\s*array<(\w+)>\s*;/g;

/** Shader with the named buffers in f16. Line numbers do not change. */
export function rewriteToF16(
  wgsl: string,
  bindings: Readonly<Record<string, Binding>>,
  names: readonly string[],
): string {
  const conversions = new Map(
    names.map((name) => {
      const half = F16_BINDINGS[bindings[name]?.element ?? 'u32'];
      if (!half)
        throw new Error(
          `${name} is not a buffer of f32 or vec4f, so it cannot be in f16; remove it from the record's f16Bindings`,
        );
      return [name, half] as const;
    }),
  );
  const code = wgsl.replace(/\/\/.*$/gm, '');
  const where = names.join();
  const declared = new Set<string>();
  let converted = '';
  let at = 0;
  for (const { 0: declaration, 1: name, 2: element, index } of code.matchAll(DECLARATION)) {
    const half = conversions.get(name!);
    converted += convertAccesses(code.slice(at, index), conversions, where);
    converted += half ? declaration.replace(`array<${element}>`, `array<${half.element}>`) : declaration;
    at = index + declaration.length;
    declared.add(name!);
  }
  for (const name of names)
    if (!declared.has(name)) throw new Error(`${name} is not declared as a storage array; declare it in the shader`);
  return `enable f16; ${converted}${convertAccesses(code.slice(at), conversions, where)}`;
}

const made = new WeakMap<AnyKernel, Map<string, AnyKernel>>();

/** Kernel with the named buffers in f16, the same object each time. @throws if its record does not list this set */
export function storedAsF16(kernel: AnyKernel, names: readonly string[]): AnyKernel {
  if (names.length === 0) return kernel;
  const key = [...names].sort().join(', ');
  const known = made.get(kernel) ?? new Map<string, AnyKernel>();
  made.set(kernel, known);
  const variant = known.get(key) ?? makeVariant(kernel, names, key);
  known.set(key, variant);
  return variant;
}

function makeVariant(kernel: AnyKernel, names: readonly string[], key: string): AnyKernel {
  if (!kernel.f16Bindings?.some((set: readonly string[]) => [...set].sort().join(', ') === key))
    throw new Error(`${kernel.name} is not tested with ${key} in f16; add the set to the record's f16Bindings`);
  const half = ([name, binding]: [string, Binding]): [string, Binding] =>
    names.includes(name) ? [name, { ...binding, element: F16_BINDINGS[binding.element]!.element }] : [name, binding];
  return {
    ...kernel,
    name: `${kernel.name} (f16: ${key})`,
    wgsl: rewriteToF16(kernel.wgsl, kernel.bindings, names),
    bindings: Object.fromEntries(Object.entries(kernel.bindings as Record<string, Binding>).map(half)),
  };
}

/** Kernels with every f16 variant that their records list. */
export const withF16Variants = (kernels: readonly AnyKernel[]): AnyKernel[] =>
  kernels.flatMap((kernel) => [
    kernel,
    ...(kernel.f16Bindings ?? []).map((names: readonly string[]) => storedAsF16(kernel, names)),
  ]);
