/** Help of every command, suggestions for mistyped names, and bad arguments. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenFolder, untied } from '../model/goldens.fixture';
import { lab } from './cli.fixture';
import { commands } from './commands';
import { EXIT_CODES } from './exitCodes';

describe('help', () => {
  it.each(commands.map((command) => [command.name, command] as const))('%s --help', async (name, { options }) => {
    const long = await lab(name, '--help');
    expect(long).toMatchObject({ code: 0, error: '' });
    for (const [option, { help }] of Object.entries(options)) {
      expect(long.out).toContain(option.length === 1 ? ` -${option}` : ` --${option}`);
      expect(long.out.replace(/\s+/g, ' ')).toContain(help);
    }
    for (const line of long.out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    // with any other arguments, and without running
    expect(await lab(name, '-h')).toEqual(long);
    expect(await lab(name, '--nonsense', '--help')).toEqual(long);
    expect(await lab('help', name)).toEqual(long);
  });

  it('lists the commands and exit codes', async () => {
    const { code, out } = await lab('--help');
    expect(code).toBe(0);
    for (const { name, summary } of commands) expect(out.replace(/\s+/g, ' ')).toContain(`${name} ${summary}`);
    for (const { code, meaning } of Object.values(EXIT_CODES))
      expect(out.replace(/\s+/g, ' ')).toContain(`${code} ${meaning}`);
    expect(await lab('-h')).toMatchObject({ code: 0, out });
    expect(await lab()).toMatchObject({ code: 2, out });
  });

  it('shows ranges and defaults', async () => {
    expect((await lab('eval', '--help')).out).toMatch(/--runs N +independent runs .*\(1 to 10000, default 5\)/);
  });
});

describe('bad arguments are refused before anything runs', () => {
  const golden = goldenFolder(untied);
  it.each([
    ['a mistyped command', ['trian'], 'there is no command trian; did you mean train?'],
    ['a longer command', ['evaluate'], 'did you mean eval?'],
    ['an unknown command', ['xylophone'], 'there is no command xylophone; use one of train, runs, sample, eval'],
    ['a long command', ['x'.repeat(5000)], 'there is no command xxx'],
    ['a mistyped option', ['sample', '--promt', 'x'], 'sample has no option --promt; did you mean --prompt?'],
    ['an option with one dash', ['eval', '-max-new', '3'], 'eval has no option -max-new; did you mean --max-new?'],
    ['an option of another case', ['eval', '--Model=x'], 'eval has no option --Model; did you mean --model?'],
    ['an unknown option', ['eval', '--xylophone'], 'eval has no option --xylophone; npm run lab -- eval --help lists'],
    ['a word without an option', ['data', 'parity'], 'data has no option parity'],
    ['a long option', ['data', `--${'x'.repeat(5000)}`], 'data has no option --xxx'],
    ['a missing option', ['train', '--out', 'x'], '--recipe is missing'],
    ['an option without its value', ['train', '--recipe'], "Option '--recipe <value>' argument missing"],
    ['a mistyped probe', ['probe', 'setp', '--in', 'x', '--out', 'y'], 'did you mean step?'],
    [
      'a probe without a model',
      ['probe', 'step', '--in', path.join(golden, 'config.json'), '--out', 'y'],
      '--model is',
    ],
    ['a number that is not decimal', ['data', '--task', 'parity', '-n', '0x10'], '--n: "0x10" is not a whole number'],
    ['a number that would be rounded', ['data', '--task', 'parity', '-n', '2.00000000000000000001'], 'is not a whole'],
    ['a number that is nearly 0', ['sample', '--model', 'm', '--prompt', '1', '--temperature', '1e-400'], '"1e-400"'],
    ['an option twice', ['data', '--task', 'parity', '-n', '1', '-n', '2'], '--n is given twice; give it once'],
    ['a number out of range', ['data', '--task', 'parity', '-n', '0'], '--n: "0" is not a whole number from 1'],
    ['a long value', ['data', '--task', 'parity', '-n', '9'.repeat(5000)], '(5000 characters) is not a whole number'],
  ])('%s', async (_, args, message) => {
    const ended = await lab(...args);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.error).toContain(message);
    expect(ended.error.length).toBeLessThan(2000);
  });
});
