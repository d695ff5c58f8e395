/** Commands about edited rewards: equal to `probe reward` over a stored journal, in time, with progress, and cancelled. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Scorer } from '../lab/play/score';
import { changesSign } from '../lab/play/whatIfSummary';
import { rowChangesSign } from '../lab/play/whatIfTable';
import { probedTotals, written } from '../lab/play/written.fixture';
import { writtenSteps } from '../lab/play/writtenSteps.fixture';
import { recipeByName } from '../lab/recipe/presets';
import { withFields } from '../lab/recipe/recipe';
import { eventToLine } from '../lab/run/events';
import { smallStart, smallStep } from '../lab/run/smallRun.fixture';
import { rewardTerms } from '../rewards';
import type { PlainTerm } from '../rewards/term';
import { filesWithin } from '../runs/files';
import { Journal, markOf } from '../runs/journal';
import { memoryFiles } from '../runs/memoryFiles';
import { newMeta } from '../runs/meta';
import { RunFolder } from '../runs/runFolder';
import { RewardBench } from './rewardBench';

const RECIPE = withFields(recipeByName('parity-8-nano'), { 'grpo.groupSize': 8 });
const EDITED = withFields(RECIPE, { 'reward.rightLong': 1, 'reward.length': 0.3, 'grpo.scaleRewards': 'none' });
const PLACE = { kind: 'stored', name: 'run' } as const;
/** Steps of 200 rollouts in the large run. */
const MANY = 100;

const files = memoryFiles();
const bench = new RewardBench(async () => ({ files, ownership: null as never }));
const nothing = () => {};

async function store(name: string, copies: number): Promise<void> {
  const journal = await Journal.open(filesWithin(files, name));
  journal.append(eventToLine(smallStart));
  const steps = await writtenSteps(RECIPE);
  const lines = steps.map(({ groups }) =>
    JSON.stringify(groups, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as never) : value)),
  );
  for (let copy = 0; copy < copies; copy++)
    for (const [i, groups] of lines.entries()) {
      const step = copy * steps.length + i + 1;
      journal.append(`{"type":"grpo","step":${step},"groups":${groups}}`, markOf('grpo', step));
    }
  await journal.flush();
}

beforeAll(async () => {
  await store('run', 1);
  await store('many', MANY / 5);
});

describe('a what-if', () => {
  it('over 1000 stored rollouts has the rewards of probe reward, to the bit, and puts changed signs first', async () => {
    const report = (await bench.whatIf(PLACE, [EDITED, RECIPE], nothing))!;
    const { table, summaries, histogram } = report;
    const all = written(1000, 9);
    const scorer = await Scorer.open(EDITED);
    const scored = all.map(({ text }, i) => scorer.score(all[i - (i % 8)]!.problem, text));
    expect([...table.rewards[1]!]).toEqual(await probedTotals(EDITED, scored));
    expect(table.rewards[2]).toEqual(table.rewards[0]);
    expect(table.advantages[2]).toEqual(table.advantages[0]);
    const changed = [...table.order].map((row) => rowChangesSign(table, row, 0));
    const count = summaries[0]!.signs.changed;
    expect(count).toBeGreaterThan(0);
    expect(changed).toEqual(Array.from({ length: 1000 }, (_, i) => i < count));
    expect([...table.order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(summaries[1]!.signs.changed).toBe(0);
    expect(histogram.counts.map((bins) => bins.reduce((sum, n) => sum + n, 0))).toEqual([1000, 1000, 1000]);
    expect(table.prompts[table.prompt[999]!]).toBe(all[992]!.problem.problem.prompt);
  });

  it('answers in 200 ms for 1000 rollouts', async () => {
    await bench.whatIf(PLACE, [EDITED], nothing);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push((await bench.whatIf(PLACE, [EDITED], nothing))!.milliseconds);
    expect(Math.min(...times)).toBeLessThan(200);
  });

  it('reports progress, and a cancellation or a later one ends it', async () => {
    const seen: number[] = [];
    const place = { kind: 'stored', name: 'many' } as const;
    const report = await bench.whatIf(place, [EDITED], (rollouts) => seen.push(rollouts));
    expect(report!.table.order).toHaveLength(MANY * 200);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const cancelled = bench.whatIf(place, [EDITED], () => void bench.cancel());
    expect(await cancelled).toBeNull();
    const first = bench.whatIf(place, [EDITED], nothing);
    const second = bench.whatIf(PLACE, [EDITED], nothing);
    expect([await first, (await second)!.table.order.length]).toEqual([null, 1000]);
  });

  it('of a run without rollouts has no result; a custom term that does not compile names its line', async () => {
    const none = await bench.whatIf({ kind: 'stored', name: 'none' }, [EDITED], nothing);
    expect(none).toBeNull();
    const faulty = withFields(RECIPE, { 'reward.customSource': '(r) => {\n  return r.;\n}', 'reward.custom': 1 });
    await expect(bench.whatIf(PLACE, [faulty], nothing)).rejects.toThrow('reward.customSource: line 2, column');
    expect(await bench.sourceFault('(r) => {\n  return r.;\n}')).toMatch(/^line 2, column/);
  });

  it('of an unstored run takes the events of the page', async () => {
    const place = { kind: 'unstored', id: 1 } as const;
    await bench.add(place, [smallStart, smallStep(1), smallStep(2)]);
    const edited = withFields(smallStart.recipe, { 'reward.length': 1 });
    expect((await bench.whatIf(place, [edited], nothing))!.summaries[0]).toMatchObject({ steps: 2 });
    await bench.add(place, [smallStep(3)]);
    const { summaries, table } = (await bench.whatIf(place, [edited], nothing))!;
    expect(summaries[0]).toMatchObject({ steps: 3 });
    expect([...new Set(table.step)]).toEqual([1, 2, 3]);
  });

  it('after another edit reads no line again and evaluates only terms with other constants', async () => {
    const place = { kind: 'stored', name: 'many' } as const;
    await bench.whatIf(place, [EDITED], nothing);
    const read = vi.spyOn(files, 'readRange');
    const evaluated = new Map(
      (['accuracy', 'repetition', 'length', 'brevity'] as const).map((name) => [
        name,
        vi.spyOn(rewardTerms.find((term) => term.name === name)! as PlainTerm, 'evaluate'),
      ]),
    );
    const calls = () => [...evaluated.values()].map(({ mock }) => mock.calls.length);
    const all = MANY * 200;
    const lighter = withFields(EDITED, { 'reward.length': 0.1, 'grpo.scaleRewards': 'batch' });
    const report = (await bench.whatIf(place, [lighter, RECIPE], nothing))!;
    expect([read.mock.calls.length, ...calls()]).toEqual([1, all, 0, 0, 0]); // a look past the end; the run's own accuracy has other constants
    await bench.whatIf(place, [withFields(EDITED, { 'reward.brevity': 0.1 })], nothing);
    expect([read.mock.calls.length, ...calls()]).toEqual([2, all, 0, 0, all]);
    vi.restoreAllMocks();
    const fresh = new RewardBench(async () => ({ files, ownership: null as never }));
    const { milliseconds: _, ...rest } = (await fresh.whatIf(place, [lighter, RECIPE], nothing))!;
    expect(report).toMatchObject(rest);
  });
});

it('scores a completion and a step under each recipe, as a what-if does', async () => {
  const [step] = await writtenSteps(RECIPE);
  const [scored] = await bench.step(step!, [EDITED], smallStart.vocabulary);
  const { table } = (await bench.whatIf(PLACE, [EDITED], nothing))!;
  expect(scored!.rollouts.map(({ after }) => after.reward)).toEqual([...table.rewards[1]!.slice(0, 200)]);
  expect(scored!.rollouts.filter(changesSign).length).toBeGreaterThan(0);
  const problem = { task: 'parity', prompt: '110100=', answer: '1', problem: { bits: [1, 1, 0, 1, 0, 0] } };
  const text = '<think>1,0,0,1,1,1</think>1<|im_end|>';
  const asked = { ...problem, problem: written(1, 1)[0]!.problem.problem.problem };
  const [before, after] = await bench.score(asked, text, [RECIPE, EDITED]);
  expect(after!.parts.map(({ name }) => name)).toEqual(['accuracy', 'repetition', 'length']);
  expect(before!.parts.map(({ name }) => name)).toEqual(['accuracy', 'repetition']);
  const [open] = await bench.score(asked, text.replace('</think>', ''), [RECIPE]);
  expect(open!.total).toBeLessThan(before!.total);
});

it('reads the curve of a parent; null without one, or after it was deleted', async () => {
  const parent = { run: 'many', stage: 'grpo', step: 2 };
  for (const [name, given] of [
    ['fork', parent],
    ['orphan', { ...parent, run: 'gone' }],
    ['plain', null],
  ] as const)
    await RunFolder.create(
      filesWithin(files, name),
      RECIPE,
      newMeta({ labVersion: '1', adapter: 'none', parent: given }),
    );
  const curve = await bench.parentCurve('fork');
  expect(curve).toMatchObject({ run: 'many', stage: 'grpo', at: 2 });
  expect(curve!.step).toHaveLength(MANY);
  expect([await bench.parentCurve('orphan'), await bench.parentCurve('plain')]).toEqual([null, null]);
});
