/** Traces of a run: a recording of 200 000 rollouts against its file, and a run that grows and is cut back. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { eventToLine, type GrpoEvent } from '../lab/run/events';
import { smallStart } from '../lab/run/smallRun.fixture';
import { type WrittenSize, writtenLines, writtenStep } from '../lab/traces/written.fixture';
import { filesWithin } from '../runs/files';
import { Journal, markOf } from '../runs/journal';
import { memoryFiles } from '../runs/memoryFiles';
import { Traces } from './traces';

const ALL = { filter: '', find: '', sort: 'step' };

const NO_WEIGHTS = { inspect: () => Promise.reject(new Error('no weights')) };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Reads on until nothing is left. */
async function readAll(traces: Traces) {
  for (;;) {
    const indexed = await traces.read();
    if (indexed.isComplete) return indexed;
  }
}

/** Result of some work, and its milliseconds: of the clock or of the processor, because other tests share both. */
async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { value, ms: Math.min(performance.now() - began, (user + system) / 1000) };
}

/** Different steps of the recording; later ones repeat them. */
const DIFFERENT = 100;

describe('a recording of 5 000 steps and 200 000 rollouts', () => {
  const size: WrittenSize = { steps: 5000, groups: 5, groupSize: 8 };
  const written = Array.from({ length: DIFFERENT }, (_, i) => writtenStep(i + 1, size));
  const lines = written.map((event) => eventToLine(event));
  const eventAt = (step: number) => ({ ...written[(step - 1) % DIFFERENT]!, step });
  const lineAt = (step: number) => lines[(step - 1) % DIFFERENT]!.replace(/"step":\d+/, `"step":${step}`);
  const traces = new Traces(() => Promise.reject(new Error('no stored runs')), NO_WEIGHTS);
  let used = 0;

  beforeAll(async () => {
    const [start] = writtenLines(size);
    const steps = Array.from({ length: size.steps }, (_, i) => `${lineAt(i + 1)}\n`);
    const recording = new Blob([start!, ...steps]);
    vi.stubGlobal('fetch', async () => ({ ok: true, headers: new Headers(), blob: async () => recording }));
    collectGarbage();
    const before = process.memoryUsage();
    await traces.open({ kind: 'recording', url: 'https://example.org/run.jsonl' });
    const indexed = await readAll(traces);
    collectGarbage();
    const after = process.memoryUsage();
    used = after.heapUsed + after.external - before.heapUsed - before.external;
    expect(indexed).toEqual({
      ...{
        rollouts: 200_000,
        steps: 5000,
        firstStep: 1,
        lastStep: 5000,
        terms: ['accuracy', 'length'],
        isComplete: true,
        share: 1,
      },
    });
    return () => vi.unstubAllGlobals();
  });

  it('takes less than 300 MB', () => expect(used).toBeLessThan(300e6));

  it('filters, searches and sorts all of them within 300 ms', async () => {
    const query = { filter: 'reward < 0 and correct and tokens > 6', find: '110', sort: '-surprise' };
    await traces.select(query);
    const times: number[] = [];
    for (const one of [
      query,
      { ...query, sort: 'problem' },
      { ...ALL, sort: '-reward' },
      { ...ALL, find: 'THINK>1' },
    ]) {
      const { value, ms } = await timed(() => traces.select(one));
      expect(value.fault).toBeNull();
      expect(value.count).toBeGreaterThan(0);
      times.push(ms);
    }
    expect(Math.max(...times), times.join()).toBeLessThan(300);
  });

  it('finds the rows that the filter means, in order', async () => {
    const { id, count } = await traces.select({ ...ALL, filter: 'step > 4990 and reward < -0.5', sort: '-reward' });
    const rows = (await traces.rows(id, 0, count))!;
    const expected = Array.from({ length: 10 }, (_, i) => eventAt(4991 + i))
      .flatMap(({ step, groups }) =>
        groups.flatMap(({ rollouts }, group) =>
          rollouts.map(({ reward, advantage }, rollout) => ({ step, group, rollout, reward, advantage })),
        ),
      )
      .filter(({ reward }) => reward < -0.5)
      .sort((a, b) => b.reward - a.reward);
    expect(
      rows.map(({ step, group, rollout, reward, advantage }) => ({ step, group, rollout, reward, advantage })),
    ).toEqual(expected);
  });

  it('reads any step back within 100 ms, equal to the file', async () => {
    for (const step of [1, 2500, 4999, 17]) {
      const { value, ms } = await timed(() => traces.step(step));
      expect(ms).toBeLessThan(100);
      expect(eventToLine(value.event)).toBe(eventToLine(eventAt(step)));
    }
    await expect(traces.step(5001)).rejects.toThrow('no GRPO step 5001');
  });

  it('jumps to a trace of the selection', async () => {
    await traces.select({ ...ALL, filter: 'step = 7' });
    const { groups } = eventAt(7);
    const rollouts = groups.flatMap(({ rollouts }, group) =>
      rollouts.map((one, rollout) => ({ ...one, group, rollout })),
    );
    const lowest = rollouts.reduce((a, b) => (b.reward < a.reward ? b : a));
    expect(await traces.jump('lowest-reward')).toEqual({ step: 7, group: lowest.group, rollout: lowest.rollout });
    const longest = rollouts.reduce((a, b) => (b.ids.length > a.ids.length ? b : a));
    expect(await traces.jump('longest')).toEqual({ step: 7, group: longest.group, rollout: longest.rollout });
    await traces.select({ ...ALL, filter: 'not correct' });
    expect(await traces.jump('first-correct')).toBeNull();
    expect(await traces.jump('hack')).not.toBeNull();
  });

  it('keeps the last selection where a filter has a fault', async () => {
    const before = await traces.select({ ...ALL, filter: 'step <= 2' });
    const { fault, ...after } = await traces.select({ ...ALL, filter: 'step <=' });
    expect([after, fault?.at]).toEqual([{ id: before.id, count: 80 }, 7]);
    expect(await traces.position({ step: 2, group: 4, rollout: 7 })).toBe(79);
    expect(await traces.position({ step: 3, group: 0, rollout: 0 })).toBeNull();
    expect(await traces.at(79)).toEqual({ step: 2, group: 4, rollout: 7 });
  });

  it.each(['jsonl', 'csv'] as const)('exports the selection as %s, equal to the journal', async (kind) => {
    await traces.select({ ...ALL, filter: 'step >= 4998', sort: '-reward' });
    const text = await (await traces.export(kind)).text();
    const expected = [4998, 4999, 5000]
      .flatMap((step) =>
        eventAt(step).groups.flatMap(({ prompt, answer, rollouts }, group) =>
          rollouts.map((one, rollout) => exportedOf(one, { step, group, rollout, prompt, answer })),
        ),
      )
      .sort((a, b) => b.reward - a.reward);
    const rows =
      kind === 'jsonl'
        ? text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line))
        : readCsv(text);
    expect(rows).toHaveLength(expected.length);
    const asText = (row: object) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]));
    const shown = kind === 'jsonl' ? (row: object) => row : asText;
    for (const [i, { mean_logprob, ...row }] of rows.entries()) {
      const { mean_logprob: logprob, ...wanted } = expected[i]!;
      expect(row).toEqual(shown(wanted));
      expect(Number(mean_logprob)).toBeCloseTo(logprob, 6); // the index keeps 24 bits of it
    }
  });
});

/** Row of the export, from the rollout of the journal. */
function exportedOf(
  { text, reward, parts, advantage, ids, logprobs, correct, ended }: GrpoEvent['groups'][number]['rollouts'][number],
  place: Readonly<Record<'step' | 'group' | 'rollout', number> & Record<'prompt' | 'answer', string>>,
) {
  const thought = /^<think>(\d*)/.exec(text)![1]!;
  const closes = text.includes('</think>');
  return {
    ...place,
    completion: text,
    reward,
    ...Object.fromEntries(parts.map(({ name, weight, value }) => [`part.${name}`, weight * value])),
    ...{ advantage, tokens: ids.length, think_tokens: thought.length },
    mean_logprob: Array.from(logprobs).reduce((sum, one) => sum + one, 0) / ids.length,
    ...{ correct, format: closes, ended },
  };
}

/** Rows of a CSV, field by field. */
function readCsv(text: string): Record<string, string>[] {
  const [names, ...rows] = text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
      ),
    );
  return rows.map((fields) => Object.fromEntries(fields.map((field, i) => [names![i]!, field])));
}

it('goes on with a run that trains, and reads it again after it was cut back', async () => {
  const files = memoryFiles();
  const size = { steps: 3, groups: 1, groupSize: 2 };
  const traces = new Traces(async () => ({ files }), NO_WEIGHTS);
  await traces.open({ kind: 'stored', name: 'run' });
  expect((await readAll(traces)).rollouts).toBe(0);
  const writer = await Journal.open(filesWithin(files, 'run'));
  const write = async (step: number) => {
    writer.append(eventToLine(writtenStep(step, size)), markOf('grpo', step));
    await writer.flush();
  };
  writer.append(eventToLine(smallStart));
  await write(1);
  expect((await readAll(traces)).rollouts).toBe(2);
  await write(2);
  await write(3);
  expect((await readAll(traces)).steps).toBe(3);
  await writer.cutTo(2);
  await write(2);
  expect(await readAll(traces)).toMatchObject({ rollouts: 4, steps: 2 });
  expect((await traces.select(ALL)).count).toBe(4);
});
