/** Locks: a place that another process writes into is refused, and does not change. */
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import { run } from '../lab/run/run';
import { at, CPU, lab, smallestTraining } from './cli.fixture';

vi.mock('../gpu/cpu', { spy: true });
vi.mock('../lab/run/run', { spy: true });

const model = at('model');
beforeAll(async () => {
  const ended = await lab(...smallestTraining(model));
  expect(ended.code, ended.error).toBe(0);
});

describe('a place that another process writes into', () => {
  /** The parent process, which outlives this one. */
  const another = String(process.ppid);
  /** An id that no process has. */
  const gone = String(2 ** 30);

  it('is refused by train, and the folder does not change', async () => {
    const out = at('busy');
    fs.mkdirSync(out);
    for (const holder of [another, '']) {
      fs.writeFileSync(path.join(out, 'run.lock'), holder);
      vi.mocked(run).mockClear();
      const ended = await lab(...smallestTraining(out));
      expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
      expect(ended.error).toContain(`writes into ${out}; wait for it, or choose another folder`);
      expect(run).not.toHaveBeenCalled();
      expect(fs.readdirSync(out)).toEqual(['run.lock']);
      expect(fs.readFileSync(path.join(out, 'run.lock'), 'utf8')).toBe(holder);
    }
  });

  it('is refused by eval, compare and transfer, and the record does not change', async () => {
    const evaluating = (runs: number) => ['--problems', '2', '--runs', `${runs}`, '--max-new', '2', ...CPU];
    const folder = at('records');
    const commands = [
      ['eval', '--model', model, '--task', 'parity', '--out', at('record.jsonl')],
      ['compare', '--a', model, '--b', model, '--task', 'parity', '--out', folder],
      ['transfer', '--models', model, '--tasks', 'parity:7', '--out', folder],
    ];
    for (const command of commands) {
      const ended = await lab(...command, ...evaluating(1));
      expect(ended.code, ended.error).toBe(0);
    }
    expect(fs.existsSync(at('record.jsonl.lock'))).toBe(false);
    const records = [at('record.jsonl'), ...fs.readdirSync(folder).map((name) => path.join(folder, name))];
    expect(records).toHaveLength(3);
    const texts = records.map((file) => fs.readFileSync(file, 'utf8'));
    for (const file of records) fs.writeFileSync(`${file}.lock`, another);
    for (const command of commands) {
      vi.mocked(openCpuDevice).mockClear();
      const ended = await lab(...command, ...evaluating(2));
      expect(ended, ended.error).toMatchObject({ code: 2, out: '' });
      expect(ended.error).toMatch(/writes into .*\.jsonl; wait for it, or choose another file/);
      expect(openCpuDevice).not.toHaveBeenCalled();
    }
    expect(records.map((file) => fs.readFileSync(file, 'utf8'))).toEqual(texts);
    for (const file of records) fs.writeFileSync(`${file}.lock`, gone);
    for (const command of commands) {
      const ended = await lab(...command, ...evaluating(2));
      expect(ended.code, ended.error).toBe(0);
    }
    expect(records.map((file) => fs.existsSync(`${file}.lock`))).toEqual([false, false, false]);
  });

  it('is free again after train has ended or was killed', async () => {
    const out = at('free');
    fs.mkdirSync(out);
    for (const holder of [gone, String(process.pid)]) {
      fs.writeFileSync(path.join(out, 'run.lock'), holder);
      vi.mocked(run).mockImplementationOnce((...args) => {
        expect(fs.readFileSync(path.join(out, 'run.lock'), 'utf8')).toBe(`${process.pid}\n${os.hostname()}\n`);
        return run(...args);
      });
      const ended = await lab(...smallestTraining(out));
      expect(ended.code, ended.error).toBe(0);
      expect(fs.readdirSync(out).sort()).toEqual(fs.readdirSync(model).sort());
      fs.rmSync(out, { recursive: true });
      fs.mkdirSync(out);
    }
  });
});
