/** Kernel variants of a run: the tuning cache gives them, a checkpoint keeps them, and a continued run uses them again. */
import { expect, it } from 'vitest';
import type { TuningCache } from '../../gpu/tuningCache';
import { KernelChoices } from './kernelChoices';

const cacheOf = (...entries: [string, string][]): TuningCache => {
  const map = new Map(entries);
  return { get: (key) => map.get(key), set: (key, value) => void map.set(key, value) };
};

it('remembers the choices that a run used or measured', () => {
  const cache = cacheOf(['a', '1'], ['b', '2']);
  const { get, set } = new KernelChoices(cache); // devices pass the functions on
  expect([get('a'), get('c')]).toEqual(['1', undefined]);
  set('d', '4');
  expect(cache.get('d')).toBe('4');
});

it('prefers the choices of a checkpoint to those of the cache', () => {
  const first = new KernelChoices(cacheOf(['a', '1'], ['b', '2']));
  first.get('a');
  first.set('d', '4');
  expect(first.entries).toEqual({ a: '1', d: '4' });
  const second = new KernelChoices(cacheOf(['a', '9'], ['b', '8']));
  second.fix(first.entries);
  expect([second.get('a'), second.get('b'), second.get('d')]).toEqual(['1', '8', '4']);
  expect(second.entries).toEqual({ a: '1', b: '8', d: '4' });
});
