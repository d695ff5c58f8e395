/** README's example of a task is the text of reverse.fixture.ts, and has the properties of a task. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { taskProperties } from './properties.fixture';
import { reverse } from './reverse.fixture';

const read = (file: string) => readFileSync(path.join(import.meta.dirname, file), 'utf8');
/** Code without its comments and layout. */
const bare = (code: string) =>
  code
    .replace(/^\/\*\*.*$/gm, '')
    .replace(/\s/g, '')
    .replace(/,(?=[}\])])/g, '');

it('README has the text of the fixture', () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(read('../../README.md')) ?? [];
  expect(bare(example ?? '')).toBe(bare(read('reverse.fixture.ts')));
});

taskProperties(reverse, {
  isRight: (digits, answer) => answer === [...digits].reverse().join(''),
  mutations: () => [],
});
