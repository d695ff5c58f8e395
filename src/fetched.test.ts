/** Messages of a fetch without an answer, or with an error as the answer. */
import { afterEach, expect, it, vi } from 'vitest';
import { fetched, fetchedFile, isPage } from './fetched';

afterEach(() => vi.unstubAllGlobals());
const answer = (response: () => Promise<Response>) => vi.stubGlobal('fetch', response);

it('says what to do where nothing answers', async () => {
  answer(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(fetched('/runs/a.jsonl')).rejects.toThrow(
    '/runs/a.jsonl cannot be fetched: nothing answers; check the network and reload the page',
  );
});

it('gives what the server answers, and refuses an error where a file is needed', async () => {
  answer(async () => new Response('', { status: 500, statusText: 'Internal Server Error' }));
  expect((await fetched('/a')).status).toBe(500);
  await expect(fetchedFile('/a')).rejects.toThrow('/a cannot be fetched: the server answers 500 Internal Server Error');
});

it('knows a page in place of a file', () => {
  expect(isPage(new Response('', { headers: { 'content-type': 'text/html; charset=utf-8' } }))).toBe(true);
  expect(isPage(new Response('{}', { headers: { 'content-type': 'application/json' } }))).toBe(false);
});
