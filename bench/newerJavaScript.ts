/** Newer JavaScript that jax-js uses and Node 20 lacks. Later versions of Node do not accept V8's flag for it. */

const EACH = ['every', 'find', 'forEach', 'reduce', 'some'] as const;
const MAPPED = ['filter', 'flatMap', 'map'] as const;
type Helper = (this: Iterable<unknown>, ...args: unknown[]) => unknown;

/** Adds `map` and similar methods to iterators, through arrays: no iterator here is infinite. */
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

/** Adds Float16Array, which jax-js needs for type checks; Node has it from version 24 on. */
export function addFloat16Array(): void {
  if (!('Float16Array' in globalThis)) Object.assign(globalThis, { Float16Array: class {} });
}
