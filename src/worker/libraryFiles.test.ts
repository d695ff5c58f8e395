/** Library on a recording: import, curves, comparison, and the files that a run exports. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { differences, seedGroups } from '../lab/stored/comparison';
import { filesWithin } from '../runs/files';
import { type MemoryFiles, memoryFiles } from '../runs/memoryFiles';
import { RunFolder } from '../runs/runFolder';
import { writeSmallRun } from '../runs/smallRun.fixture';
import { Library } from './library';

const STEPS = 4;
const lines = readFileSync('public/runs/parity-12.jsonl', 'utf8').trim().split('\n');
const last = lines.findIndex((line) => line.startsWith(`{"type":"grpo","step":${STEPS},`));
/** Recording of the first steps. @param change changes its start */
const recording = (change: (start: string) => string = (start) => start): Blob =>
  new Blob([[change(lines[0]!), ...lines.slice(1, last + 1)].join('\n')]);

let files: MemoryFiles;
let library: Library;
beforeAll(async () => {
  files = memoryFiles();
  const ownership = {
    claim: async () => ({ owner: { lost: new AbortController().signal, release: async () => {} }, holder: null }),
    holderOf: async () => null,
  };
  const blobAt = async (path: string) => new Blob([(await files.read(path))!]);
  library = new Library({ place: async () => ({ files, ownership }), blobAt });
  await writeSmallRun(filesWithin(files, 'small'));
  await library.import(recording(), 'one.jsonl');
  await library.import(
    recording((start) => start.replace('"seed":0', '"seed":7')),
    'two.jsonl',
  );
  await library.import(
    recording((start) => start.replace(/"beta":[\d.]+/, '"beta":0.125')),
    'three.json',
  );
});

const exported = async (run: string, kind: Parameters<Library['export']>[1], checkpoint: string | null = null) => {
  const { name, file } = await library.export(run, kind, checkpoint);
  return { name, text: await file.text(), bytes: new Uint8Array(await file.arrayBuffer()) };
};

it('imports a recording as a run without faults, event by event', async () => {
  const run = await RunFolder.open(filesWithin(files, 'one'));
  expect(run.faults).toEqual([]);
  expect(run.journal.events).toBe(last + 1);
  const { text } = await run.journal.event(last);
  expect(JSON.parse(text)).toMatchObject({ type: 'grpo', step: STEPS });
  const listed = (await library.list()).find(({ name }) => name === 'one');
  expect(listed).toMatchObject({ state: 'stopped', stage: 'grpo', step: STEPS, recipe: { seed: 0 } });
});

it.each([
  ['faulty.jsonl', lines[0]!.replace('"seed":0', '"seed":"x"'), /^"faulty\.jsonl": line 1.*seed/],
  ['order.jsonl', `${lines[0]}\n${lines[last]}`, /^"order\.jsonl": line 2: an event "grpo"/],
  ['notes.json', '{"title":"no event"}', /^"notes\.json": line 1 has type/],
  [
    'one-rollouts.jsonl',
    '{"step":1,"group":0,"completion":"0"}',
    /^"one-rollouts\.jsonl" has exported rollouts.*import the \.zip/,
  ],
  ['empty.jsonl', '\n', /^"empty\.jsonl" is empty/],
])('names the file and the line of %s, and stores nothing', async (name, text, message) => {
  const before = [...files.contents.keys()];
  await expect(library.import(new Blob([text]), name)).rejects.toThrow(message);
  expect([...files.contents.keys()]).toEqual(before);
});

it('reads curves without rollouts, and only what was added since', async () => {
  const { reward, accuracy } = await library.sparks('small');
  expect(reward).toEqual([0.125, 0.25, 0.375, 0.5]);
  expect(accuracy).toEqual([0.1, 0.2, 0.3, 0.4]);
  const [{ history, fault }] = (await library.compare(['one'])) as [Awaited<ReturnType<Library['compare']>>[0]];
  const steps = lines.slice(0, last + 1).flatMap((line) => {
    const event = JSON.parse(line);
    return event.type === 'grpo' ? [event] : [];
  });
  expect(fault).toBeNull();
  expect(history!.curve).toEqual({
    step: steps.map(({ step }) => step),
    tokens: steps.map(({ metrics }) => metrics.num_tokens),
    reward: steps.map(({ metrics }) => metrics.reward),
    accuracy: steps.map(({ metrics }) => metrics.accuracy),
    length: steps.map(({ metrics }) => metrics['completions/mean_length']),
  });
  expect(history!.evaluations.map(({ stage, step, problems }) => [stage, step, problems])).toEqual([['sft', 0, 256]]);
  const path = 'small/events.jsonl';
  const whole = files.contents.get(path)!;
  const end = whole.lastIndexOf(10, whole.lastIndexOf(10, -2) - 1) + 1;
  const cut = whole.slice(0, end + 40); // the last step is being written
  files.contents.set(path, cut);
  expect((await library.sparks('small')).reward).toEqual([0.125, 0.25, 0.375]);
  files.contents.set(path, whole);
  expect((await library.sparks('small')).reward).toEqual([0.125, 0.25, 0.375, 0.5]);
});

it('finds what differs, and the runs that differ in their seed alone', async () => {
  const runs = await library.compare(['one', 'two', 'three', 'gone']);
  expect(runs[3]).toMatchObject({ history: null, fault: expect.stringContaining('there is no run "gone"') });
  const histories = runs.flatMap(({ history }) => history ?? []);
  const found = differences(histories).map(({ field, values }) => [field, ...values.map(({ start }) => start)]);
  expect(found).toEqual([
    ['seed', 0, 7, 0],
    ['grpo.beta', expect.any(Number), expect.any(Number), 0.125],
  ]);
  expect(seedGroups(histories)).toEqual([[0, 1], [2]]);
  const fields = { 'grpo.beta': { from: 0.04, to: 0.01 } };
  const changed = { ...histories[0]!, changes: [{ stage: 'grpo', step: 2, fields } as const] };
  expect(differences([histories[0]!, changed])[0]).toMatchObject({
    field: 'grpo.beta',
    values: [{ changes: [] }, { changes: [{ stage: 'grpo', step: 2, to: 0.01 }] }],
  });
  expect(seedGroups([histories[0]!, changed])).toEqual([[0], [1]]);
});

it('exports rollouts and metrics with one line each', async () => {
  const jsonl = await exported('one', 'rollouts-jsonl');
  expect(jsonl.name).toBe('one-rollouts.jsonl');
  const rows = jsonl.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const groups = JSON.parse(lines[last]!).groups as { rollouts: { text: string; reward: number }[] }[];
  const [rollout] = groups.at(-1)!.rollouts.slice(-1);
  expect(rows.at(-1)).toMatchObject({ step: STEPS, completion: rollout!.text, reward: rollout!.reward });
  const csv = await exported('one', 'rollouts-csv');
  expect(csv.text.split('\r\n')[0]).toMatch(/^step,group,rollout,prompt,/);
  const metrics = (await exported('one', 'metrics')).text.trim().split('\r\n');
  const [heading, firstRow, lastRow] = [metrics[0]!, metrics[1]!, metrics.at(-1)!];
  expect(heading).toMatch(/^stage,step,loss,.*reward,/);
  expect([firstRow.slice(0, 6), lastRow.slice(0, 7)]).toEqual(['sft,1,', `grpo,${STEPS},`]);
});

it('names what an export lacks', async () => {
  await expect(exported('one', 'model')).rejects.toThrow('one: it has no good checkpoint');
  await expect(exported('small', 'model', 'grpo-4')).rejects.toThrow(/grpo-4\/config\.json is missing/);
  expect([...files.contents.keys()].filter((path) => path.includes('model.zip'))).toEqual([]);
});
