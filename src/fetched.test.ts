/** Error messages of a fetch without an answer, or with an error as the answer. */
import { afterEach, expect, it, vi } from 'vitest';
import { fetched, fetchedFile, isPage } from './fetched';

afterEach(() => vi.unstubAllGlobals());
const answer = (response: () => Promise<Response>) => vi.stubGlobal('fetch', response);

it('names the remedy if nothing answers', async () => {
  answer(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(fetched('/runs/a.jsonl')).rejects.toThrow(
    '/runs/a.jsonl cannot be fetched: nothing answers; check the network and reload the page',
  );
});

it('returns any answer of the server, but rejects an error in place of a file', async () => {
  answer(async () => new Response('', { status: 500, statusText: 'Internal Server Error' }));
  expect((await fetched('/a')).status).toBe(500);
  await expect(fetchedFile('/a')).rejects.toThrow(
    '/a cannot be fetched: the server answers 500 Internal Server Error; check',
  );
});

it('recognises a page in place of a file', () => {
  expect(isPage(new Response('', { headers: { 'content-type': 'text/html; charset=utf-8' } }))).toBe(true);
  expect(isPage(new Response('{}', { headers: { 'content-type': 'application/json' } }))).toBe(false);
});
