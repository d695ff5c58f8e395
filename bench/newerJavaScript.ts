/**
 * What jax-js uses of newer JavaScript and Node 20 lacks. In place of V8's flag for it, which later versions of Node refuse
 * to know.
 */

const EACH = ['every', 'find', 'forEach', 'reduce', 'some'] as const;
const MAPPED = ['filter', 'flatMap', 'map'] as const;
type Helper = (this: Iterable<unknown>, ...args: unknown[]) => unknown;

/** `map` and the like on every iterator, by way of an array: nobody here maps without end. */
export function addIteratorHelpers(): void {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf([].values())) as Record<string, unknown>;
  if ('map' in prototype) return;
  const define = (name: string, value: Helper) =>
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  const called = (items: Iterable<unknown>, name: string, args: unknown[]) => {
    const array = [...items];
    return (array as unknown as Record<string, Helper>)[name]!.apply(array, args);
  };
  for (const name of EACH)
    define(name, function (...args) {
      return called(this, name, args);
    });
  for (const name of MAPPED)
    define(name, function (...args) {
      return (called(this, name, args) as unknown[]).values();
    });
  define('toArray', function () {
    return [...this];
  });
}

/** jax-js asks of arrays whether they are Float16Array, which Node has from 24 on. */
export function addFloat16Array(): void {
  if (!('Float16Array' in globalThis)) Object.assign(globalThis, { Float16Array: class {} });
}
