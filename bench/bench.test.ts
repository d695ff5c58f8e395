/** The benchmark's arithmetic, its arguments and its table; and one tiny product through the real measurement. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openAdapter } from './adapter';
import { leastTrainingBytes } from './costs';
import { measure } from './measure';
import { parseOptions } from './options';
import { groupthink } from './peers/groupthink';
import type { Peer, Product } from './peers/peer';
import { plain } from './peers/plain';
import type { Report, Row } from './rows';
import { interquartileRange, median } from './statistics';
import { markdownTable, textTable } from './table';
import { withTimeLimit } from './timeLimit';
import { worksNamed } from './works';
import { productWork } from './works/matmul';
import { presetConfig } from './works/model';

describe('statistics', () => {
  it('takes the median and the interquartile range', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(interquartileRange([1, 2, 3, 4, 100])).toBe(2);
    expect(interquartileRange([7])).toBe(0);
  });
});

describe('arguments', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toMatchObject({ adapter: 'default', json: null, from: null, budget: 2, markdown: false });
  });
  it.each([
    [['--adapter', 'abacus'], /--adapter: abacus/],
    [['--who', 'groupthink,torch'], /--who: torch/],
    [['--budget', 'none'], /--budget: none/],
    [['--only', '('], /--only: /],
    [['--fast'], /--fast/],
  ])('%j is refused with its name', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe('works', () => {
  it('are named by what they do', () => {
    const names = worksNamed(/./).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['matmul/256', 'matmul/512', 'matmul/1024']));
    expect(names).toEqual(expect.arrayContaining(['train/nano', 'train/micro', 'train/mini']));
    expect(names).toEqual(expect.arrayContaining(['rollout/nano-64', 'rollout/micro-256', 'grpo/nano']));
    expect(names).toEqual(expect.arrayContaining(['matmul/micro-gate_up-dw', 'matmul/small-lm_head-forward']));
    expect(new Set(names).size).toBe(names.length);
  });
  it('are selected by a pattern, which must match one', () => {
    expect(worksNamed(/^train/).map(({ name }) => name)).toEqual(['train/nano', 'train/micro', 'train/mini']);
    expect(() => worksNamed(/^cook/)).toThrow(/matches none of .*train\/nano/);
  });
});

it('counts the least bytes of a training step from the model alone', () => {
  const config = { L: 1, C: 8, H: 2, K: 1, D: 4, F: 16, V: 32, eps: 1e-5, theta: 10000 };
  const parameters = 2 * 32 * 8 + 3 * 8 + (2 + 2) * 4 * 8 + 8 * 8 + 3 * 16 * 8;
  const saved = 2 * 8 + 4 * 4 + 2 * 4 + 2 * 16 + 8 + 32;
  expect(leastTrainingBytes(config, 10)).toBe(28 * parameters + 2 * 4 * 10 * saved);
  expect(presetConfig('micro')).toMatchObject({ L: 4, C: 128, D: 32, V: 104 });
});

describe('table', () => {
  const row = (work: string, who: Row['who'], median_ms: number | null, rest: Partial<Row> = {}): Row => ({
    ...{ work, who, median_ms, spread_ms: 1, runs: 3, first_ms: 50 },
    ...rest,
  });
  const report: Report = {
    ...{ adapter: 'WebGPU: test', date: '2026-01-02T03:04:05Z', node: 'v20', cpu: '2 × none', peak: null },
    rows: [
      row('train/nano', 'groupthink', 100, { tokens_per_second: 20480, dispatches: 62 }),
      row('train/nano', 'tfjs', 250, { tokens_per_second: 8192 }),
      row('train/nano', 'plain', null, { error: 'not the same work' }),
      row('matmul/nano-o-dx', 'groupthink', 10, { gflops: 4 }),
      row('matmul/nano-qkv-dx', 'groupthink', 30, { gflops: 8 }),
    ],
  };
  it('shows every row, the relative time of peers, and failures', () => {
    const lines = textTable(report).split('\n');
    expect(lines.find((line) => line.includes('tfjs'))).toContain('2.50×');
    expect(lines.find((line) => line.includes('plain'))).toMatch(/ - .*not the same work$/);
    expect(lines.filter((line) => line.startsWith('matmul/nano'))).toHaveLength(2);
  });
  it('has one line per work in Markdown, with the layers of a preset added up', () => {
    const lines = markdownTable(report).split('\n');
    expect(lines[0]).toContain('WebGPU: test');
    expect(lines).toContain(
      '| `train/nano` | 100 ms ± 1.00 ms, 20.5 k tokens/s | 250 ms ± 1.00 ms, 8192 tokens/s | failed | 2.50× |',
    );
    expect(lines).toContain('| `matmul/nano-dx` | 40.0 ms ± 1.41 ms, 7.0 GFLOP/s |  |  |  |');
  });
});

describe('a measurement', () => {
  const work = productWork('matmul/tiny', { m: 12, n: 8, k: 16, transposeA: false, transposeB: true });
  const broken = (product: Partial<Product>): Peer => ({
    ...plain(),
    product: async () => ({
      async run() {},
      read: async () => new Float32Array(96),
      dispose() {},
      ...product,
    }),
  });
  let ours: Peer;
  beforeAll(async () => {
    await openAdapter('default');
    ours = groupthink();
    await ours.open();
  });

  it('makes a row of each peer, with counters of the GPU', async () => {
    const rows = await measure(work, [ours, plain()], 1);
    expect(rows.map(({ who }) => who)).toEqual(['groupthink', 'plain']);
    for (const row of rows) {
      expect(row.error).toBeUndefined();
      expect(row).toMatchObject({ work: 'matmul/tiny', runs: expect.any(Number), gflops: expect.any(Number) });
      expect(row.median_ms).toBeGreaterThan(0);
      expect(row.first_ms).toBeGreaterThan(0);
    }
    expect(rows[0]).toMatchObject({ dispatches: 1, buffers_created: 0, bind_groups_created: 0, blocking_readbacks: 0 });
    expect(rows[1]).not.toHaveProperty('dispatches');
  });

  it('shows no speed if the result is wrong or the peer fails, and goes on', async () => {
    const failing = { run: () => Promise.reject(new Error('out of memory')) };
    const rows = await measure(work, [broken({}), broken(failing), ours], 1);
    expect(rows[0]).toMatchObject({ median_ms: null, error: expect.stringMatching(/wrong product: entry/) });
    expect(rows[1]).toMatchObject({ median_ms: null, error: 'out of memory' });
    expect(rows[2]!.error).toBeUndefined();
  });

  it('retires a peer that never answers', async () => {
    await expect(withTimeLimit(new Promise(() => {}), 20)).rejects.toThrow(/no result/);
    await expect(withTimeLimit(Promise.resolve(3))).resolves.toBe(3);
  });
});
