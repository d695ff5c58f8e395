/** Notebooks: what is written is read again, and a file that cannot be read is an empty one. */
import { expect, it } from 'vitest';
import { openNotebook } from './notebook';

it.each([null, '', '{', 'null', '7', '{"a": 1}'])('takes a file of %j for an empty one', async (text) => {
  const notebook = await openNotebook({ load: async () => text, save: async () => {} });
  expect(notebook.read('a')).toBeUndefined();
});

it('does without a place to keep pages', async () => {
  const fail = async () => Promise.reject(new Error('no such place'));
  const notebook = await openNotebook({ load: fail, save: fail });
  notebook.write('a', '1');
  expect(notebook.read('a')).toBe('1');
});

it('keeps pages for the next session, those of others too', async () => {
  let file = '{}';
  const shared = {
    load: async () => file,
    save: async (text: string) => {
      file = text;
    },
  };
  const [one, other] = [await openNotebook(shared), await openNotebook(shared)];
  one.write('a', '1');
  other.write('b', '2');
  await expect.poll(() => JSON.parse(file)).toEqual({ a: '1', b: '2' });
  expect((await openNotebook(shared)).read('a')).toBe('1');
});
