/** Tuning caches: the next session finds each value, and an unreadable file counts as empty. */
import { expect, it } from 'vitest';
import { openTuningCache } from './tuningCache';

const inMemory = (text = '') => {
  const file = {
    text,
    load: async () => file.text,
    append: async (line: string) => {
      file.text += line;
    },
  };
  return file;
};

it.each(['', '{', 'null', '7', '{"a": 1}', '["a"]', '["a", 1]'])('treats a file of %j as empty', async (text) => {
  const cache = await openTuningCache(inMemory(text));
  expect(cache.get('a')).toBeUndefined();
});

it('works in memory if the file fails', async () => {
  const fail = async () => Promise.reject(new Error('no such place'));
  const cache = await openTuningCache({ load: fail, append: fail });
  cache.set('a', '1');
  expect(cache.get('a')).toBe('1');
});

it('keeps the values of all writers for the next session', async () => {
  const file = inMemory('["cut off');
  const [one, other] = [await openTuningCache(file), await openTuningCache(file)];
  file.text += '\n';
  one.set('a', '1');
  other.set('b', '2');
  const next = await openTuningCache(file);
  expect([next.get('a'), next.get('b')]).toEqual(['1', '2']);
});

it('keeps the first of two values measured at the same time', async () => {
  const file = inMemory();
  const [one, other] = [await openTuningCache(file), await openTuningCache(file)];
  one.set('a', 'first');
  other.set('a', 'second');
  expect((await openTuningCache(file)).get('a')).toBe('first');
});
