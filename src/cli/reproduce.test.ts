/** `reproduce` in a folder: it ignores other files, and checks all results before it computes or writes. */
import * as fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import { outcomeOf } from '../lab/report/outcome';
import { at, CPU, lab, ROOT, write } from './cli.fixture';

vi.mock('../gpu/cpu', { spy: true });
vi.mock('../lab/report/outcome', { spy: true });

describe('reproduce', () => {
  const copied = (name: string, files: Record<string, string>) => {
    fs.mkdirSync(at(name));
    for (const [file, text] of Object.entries(files)) write(`${name}/${file}`, text);
    return at(name);
  };
  const contents = (folder: string) =>
    Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
  const e1 = fs.readFileSync(path.join(ROOT, 'public/results/E1.json'), 'utf8');

  it('--pages lists the results in a folder and ignores other files', async () => {
    const out = copied('results', { 'E1.json': e1, 'package.json': '{}', 'E1-copy.json': e1 });
    const ended = await lab('reproduce', '--pages', '--out', out);
    expect(ended, ended.error).toMatchObject({ code: 0 });
    expect(contents(out)).toMatchObject({
      ...{ 'index.json': '["E1"]\n', 'E1.json': e1, 'package.json': '{}', 'E1-copy.json': e1 },
      'report.md': expect.any(String),
    });
  });

  it.each([
    ['not a result', { 'E1.json': e1, 'E3.json': '{}' }, /E3\.json: id: is missing/],
    ['of another experiment', { 'E3.json': e1 }, /E3\.json is the result of E1; rename it/],
  ])('is refused before it computes or writes if a result is %s', async (what, files, message) => {
    const out = copied(what, { ...files, 'index.json': 'mine' });
    const before = contents(out);
    vi.mocked(openCpuDevice).mockClear();
    for (const args of [['--pages'], ['E1', '--seeds', '0', ...CPU]]) {
      const ended = await lab('reproduce', ...args, '--out', out);
      expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
      expect(ended.error).toMatch(message);
      expect(ended.error).not.toMatch(/^\s+at /m);
      expect(contents(out)).toEqual(before);
    }
    expect(openCpuDevice).not.toHaveBeenCalled();
  });

  it('--arm prints the numbers of one arm beside those of the result file', async () => {
    const cells = [0.5, 0.9, 0.25, 0.75, 0.5];
    vi.mocked(outcomeOf).mockResolvedValue({ rows: [{ arm: 'parity-12', recipe: 'parity-12', cells }] });
    const asked = ['reproduce', 'E3', '--arm', 'parity-12', '--seeds', '7', ...CPU];
    const { rows } = JSON.parse(fs.readFileSync(path.join(ROOT, 'public/results/E3.json'), 'utf8')) as {
      rows: { arm: string; cells: { values: number[] }[] }[];
    };
    const known = rows.find(({ arm }) => arm === 'parity-12')!.cells[1]!.values;
    const { code, out, error } = await lab(...asked);
    expect(code, error).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toBe('E3, parity-12, seed 7');
    const below = (100 * (Math.min(...known) - 0.9)).toFixed(1);
    expect(lines[2]).toMatch(/^ {2}after GRPO, sampled: 90\.0 % \(\d+\.\d ± \d+\.\d % over 3 seeds; /);
    expect(lines[2]).toContain(`; ${below} % below their range)`);
    const json = await lab(...asked, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ experiment: 'E3', arm: 'parity-12', seed: 7, cells });
    expect(vi.mocked(outcomeOf).mock.lastCall?.[0].arms.map(({ arm }) => arm)).toEqual(['parity-12']);
  });

  it.each([
    ['an experiment with --pages', ['E3', '--pages'], '--pages runs nothing: leave out E3'],
    ['an experiment twice', ['E3', 'E1', 'E3'], 'reproduce: E3 E1 E3 names an experiment twice'],
    ['an unknown arm', ['E3', '--arm', 'parity'], '--arm: E3 has no arm parity; use one of parity-12, addition-2'],
    ['an arm of two experiments', ['E3', 'E4', '--arm', 'parity-12'], '--arm runs one arm of one experiment'],
    ['an arm with --pages', ['E3', '--arm', 'parity-12', '--pages'], '--pages runs nothing: leave out --arm'],
    ['--json without an arm', ['E3', '--json'], '--json prints the numbers of one arm'],
    ['all and one of them', ['ALL', 'E3'], 'reproduce: ALL E3 names an experiment twice'],
  ])('refuses %s', async (_, args, message) => {
    vi.mocked(openCpuDevice).mockClear();
    const ended = await lab('reproduce', ...args, '--out', at('nothing'), ...CPU);
    expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
    expect(ended.error).toContain(message);
    expect(openCpuDevice).not.toHaveBeenCalled();
    expect(fs.existsSync(at('nothing'))).toBe(false);
  });
});
