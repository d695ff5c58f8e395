/** A command is one record: a toy command runs, has help, and gets a section in docs/cli.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { labWith, ROOT } from './cli.fixture';
import { command, type Options } from './command';
import { commands } from './commands';
import { commandsMarkdown, withCommands } from './docs';
import { print } from './output';

const options = {
  times: { type: 'number', min: 1, max: 9, whole: true, initial: 2, help: 'number of repetitions' },
  text: { type: 'string', value: 'A|B', required: true, help: 'text to repeat' },
} as const satisfies Options;

const toy = command({
  name: 'toy',
  summary: 'Repeats a text',
  notes: ['A note.'],
  examples: ['toy --text A'],
  options,
  run: ({ times, text }) => print(text.repeat(times)),
});
const all = [...commands, toy];

describe('a toy command', () => {
  it('runs with checked options', async () => {
    expect(await labWith(all, 'toy', '--text', 'ab')).toEqual({ code: 0, out: 'abab\n', error: '' });
    const refused = await labWith(all, 'toy', '--text', 'ab', '--times', '12');
    expect(refused).toMatchObject({ code: 2, out: '', error: expect.stringContaining('--times: "12" is not a whole') });
    expect((await labWith(all, 'tio')).error).toContain('did you mean toy?');
    expect((await labWith(commands, 'toy')).code).toBe(2);
  });

  it('appears in help', async () => {
    expect((await labWith(all, 'help')).out).toMatch(/^ +toy +Repeats a text$/m);
    const { out } = await labWith(all, 'toy', '--help');
    expect(out).toMatch(/^ +--times N +number of repetitions \(1 to 9, default 2\)$/m);
    expect(out).toContain('npm run lab -- toy --text A');
  });

  it('appears in the generated documentation', () => {
    const page = commandsMarkdown(all);
    expect(page).toContain('| [`toy`](#toy) | Repeats a text |');
    expect(page).toContain('### `toy`\n\nRepeats a text.\n\n```sh\nnpm run lab -- toy --text A\n```\n\nA note.\n');
    expect(page).toContain('| `--text A\\|B` | text to repeat (required) |');
  });
});

it('docs/cli.md is what `npm run docs` writes', () => {
  const page = readFileSync(path.join(ROOT, 'docs/cli.md'), 'utf8');
  expect(withCommands(page, commands)).toBe(page);
  expect(() => withCommands('a page', commands)).toThrow('are missing; restore them');
});
