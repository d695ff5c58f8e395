/** Evaluations of the tab on the CPU device: the numbers of `lab eval`, `lab transfer` and `lab compare`, and their records. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, CPU, lab, lines, smallestTraining, untrainedModel } from '../cli/cli.fixture';
import { NoGpuError } from '../gpu/browser';
import { openCpuDevice } from '../gpu/cpu';
import { type Files, StorageFullError } from '../runs/files';
import { nodeFiles } from '../runs/nodeFiles';
import type { EvaluationMessage, EvaluationRequest, EvaluationRow } from './evaluationProtocol';
import { type EvaluationSurroundings, Evaluations } from './evaluations';

const RUN = at('tiny');
const RECORDS = path.join(RUN, 'evaluations');
const missing = async (): Promise<never> => {
  throw new NoGpuError('unsupported', 'this browser has no navigator.gpu');
};
const evaluations = (around: Partial<EvaluationSurroundings> = {}) =>
  new Evaluations({
    files: async () => nodeFiles(path.dirname(RUN)),
    claim: async () => () => {},
    open: missing,
    openCpu: openCpuDevice,
    ...around,
  });
const REQUEST: EvaluationRequest = {
  model: { kind: 'run', run: 'tiny', checkpoint: 'grpo-1' },
  tasks: [{ task: 'parity', level: 6 }],
  ...{ problems: 6, samples: 3, temperature: 0.8, seed: 4 },
};

async function messagesOf(request: Partial<EvaluationRequest> = {}, of = evaluations()): Promise<EvaluationMessage[]> {
  const messages: EvaluationMessage[] = [];
  await of.evaluate({ ...REQUEST, ...request }, (message) => messages.push(message));
  return messages;
}
async function rowsOf(request: Partial<EvaluationRequest> = {}): Promise<EvaluationRow[]> {
  const messages = await messagesOf(request);
  expect(messages.at(-1)).toEqual({ type: 'ended' });
  return messages.flatMap((message) => (message.type === 'evaluated' ? message.row : []));
}
const ASKED = ['--problems', '6', '--seed', '4', ...CPU, '--json'];

beforeAll(async () => {
  const sets = ['grpo.steps=1', 'grpo.groupSize=4', 'reward.lMax=24', 'checkpoints.everySeconds=0'];
  const { code, error } = await lab(...smallestTraining(RUN, ...sets));
  expect(code, error).toBe(0);
});
beforeEach(() => rmSync(RECORDS, { recursive: true, force: true }));

describe('an evaluation', () => {
  it.each([
    ['sampled', 3, 0.8],
    ['greedy', 1, 0],
  ])('has the numbers of lab eval: %s', async (_, samples, temperature) => {
    const [row] = await rowsOf({ samples, temperature });
    const options = ['--runs', String(samples), '--temperature', String(temperature)];
    const [expected] = lines(await lab('eval', '--model', `${RUN}@grpo-1`, '--task', 'parity', ...options, ...ASKED));
    expect(expected).toMatchObject(JSON.parse(JSON.stringify(row!.measured)));
    expect(row!.header.model).toBe(expected!.model);
    expect(row!.samples).toBe(samples);
  });

  it('lies in the folder of the run, in the format of lab eval, which continues a copy to the byte', async () => {
    const [row] = await rowsOf({ samples: 1 });
    const file = path.join(RECORDS, row!.file!);
    const first = readFileSync(file, 'utf8');
    const copy = at('copy.jsonl');
    writeFileSync(copy, first);
    const command = ['eval', '--model', `${RUN}@grpo-1`, '--task', 'parity', '--runs', '2', ...ASKED, '--out', copy];
    const { code, error } = await lab(...command);
    expect(code, error).toBe(0);
    const [longer] = await rowsOf({ samples: 2 });
    expect(longer!.file).toBe(row!.file);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(copy, 'utf8'));
    expect(readFileSync(file, 'utf8').startsWith(first)).toBe(true);
  });

  it('reports progress over all answers, and is listed again', async () => {
    const messages = await messagesOf();
    const progress = messages.filter((message) => message.type === 'progress');
    expect([progress[0], progress.at(-1)]).toMatchObject([{ answered: 0 }, { answered: 12, total: 12 }]); // the level has 4
    const { rows, faults } = await evaluations().list();
    expect(faults).toEqual([]);
    expect(rows).toEqual(messages.flatMap((one) => (one.type === 'evaluated' ? { ...one.row, name: '' } : [])));
  });

  it('of weights before training and of a folder has the digest of the files', async () => {
    const [base] = await rowsOf({ model: { kind: 'run', run: 'tiny', checkpoint: 'base' }, samples: 1 });
    expect(base!.of).toEqual({ run: 'tiny', checkpoint: 'base' });
    const folder = untrainedModel('opened');
    const files = readdirSync(folder).map((name) => new File([readFileSync(path.join(folder, name))], name));
    const [row] = await rowsOf({ model: { kind: 'folder', name: 'opened', files }, samples: 1, problems: 2 });
    const asked = ['--task', 'parity', '--level', '6', '--runs', '1', '--problems', '2', '--seed', '4', ...CPU];
    const [expected] = lines(await lab('eval', '--model', folder, ...asked, '--json'));
    expect(expected).toMatchObject({ model: row!.header.model, ...JSON.parse(JSON.stringify(row!.measured)) });
    expect([row!.of, row!.file, row!.passes!.length]).toEqual([null, null, 1]);
  });
});

it('a transfer matrix has the numbers of lab transfer', async () => {
  const tasks = [
    { task: 'parity', level: 6 },
    { task: 'addition', level: 1 },
  ];
  const rows = await rowsOf({ tasks, samples: 2 });
  const options = ['--tasks', 'parity:6,addition:1', '--runs', '2'];
  const [expected] = lines(await lab('transfer', '--models', `${RUN}@grpo-1`, ...options, ...ASKED)) as {
    matrix: { evaluatedOn: unknown[] }[];
  }[];
  expect(rows.map(({ measured: { accuracy, meanLength } }) => ({ accuracy, meanLength }))).toMatchObject(
    expected!.matrix[0]!.evaluatedOn.map((cell) => {
      const { accuracy, meanLength } = cell as Record<string, unknown>;
      return { accuracy, meanLength };
    }),
  );
});

it('a comparison has the numbers of lab compare, and the problems that differ', async () => {
  const [a] = await rowsOf({ model: { kind: 'run', run: 'tiny', checkpoint: 'base' } });
  const [b] = await rowsOf();
  const sft = (await rowsOf({ model: { kind: 'run', run: 'tiny', checkpoint: 'sft-2' } }))[0]!;
  const compared = await evaluations().compare(sft, b!);
  const options = ['--task', 'parity', '--runs', '3', ...ASKED];
  const [expected] = lines(await lab('compare', '--a', `${RUN}@sft-2`, '--b', `${RUN}@grpo-1`, ...options));
  const { task, level, differences, ...numbers } = compared;
  expect(expected).toMatchObject(JSON.parse(JSON.stringify({ ...numbers, a: compared.a, b: compared.b })));
  expect([task, level]).toEqual(['parity', 6]);
  expect(differences).toHaveLength(compared.aBetter + compared.bBetter);
  const others = await evaluations().compare(a!, b!);
  for (const { problem } of others.differences) expect(problem?.prompt).toMatch(/^[01]{6}=$/);
  const [other] = await rowsOf({ seed: 5, samples: 1 });
  await expect(evaluations().compare(a!, other!)).rejects.toThrow('other problems');
});

/** Files of the runs with a fault. */
function filesWith(fault: (files: Files) => Partial<Files>): Partial<EvaluationSurroundings> {
  const files = nodeFiles(path.dirname(RUN));
  return { files: async () => ({ ...files, ...fault(files) }) };
}

describe('faults', () => {
  it('a damaged record is named, with its line; the others are listed', async () => {
    const [row] = await rowsOf({ samples: 1 });
    writeFileSync(path.join(RECORDS, 'grpo-1_parity_6_bad.jsonl'), '{"type":"evaluation"}\n');
    const { rows, faults } = await evaluations().list();
    expect(rows.map(({ id }) => id)).toEqual([row!.id]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^tiny\/evaluations\/grpo-1_parity_6_bad\.jsonl.*line 1/);
  });

  it('another tab and an unknown task are named; nothing is written', async () => {
    const held = await messagesOf({}, evaluations({ claim: async () => null }));
    expect(held.at(-1)).toMatchObject({ type: 'failed', message: expect.stringContaining('another tab') });
    const unknown = await messagesOf({ tasks: [{ task: 'chess', level: 1 }] });
    expect(unknown.at(-1)).toMatchObject({ message: expect.stringContaining('there is no task "chess"') });
    expect(existsSync(RECORDS)).toBe(false);
  });

  it('a lost GPU is named; the next evaluation opens it again and keeps the finished passes', async () => {
    let opened = 0;
    let lose = (_reason: string) => {};
    const of = evaluations({
      async open(onLost) {
        opened++;
        lose = onLost;
        return openCpuDevice();
      },
    });
    await messagesOf({ samples: 1 }, of);
    const lost: EvaluationMessage[] = [];
    await of.evaluate({ ...REQUEST, samples: 40 }, (message) => {
      lost.push(message);
      if (message.type === 'progress') lose('the driver was reset');
    });
    expect(lost.at(-1)).toEqual({ type: 'failed', message: 'the driver was reset', cause: 'lost' });
    expect((await of.list()).rows[0]!.samples).toBeGreaterThan(0);
    const again = await messagesOf({ samples: 2 }, of);
    expect(again.at(-1)).toEqual({ type: 'ended' });
    expect(opened).toBe(2);
  });

  it('a full storage: none begins without room for its record, and a result without room is shown, not stored', async () => {
    const full = async (file: string): Promise<never> => {
      throw new StorageFullError(file, 100);
    };
    const before = await messagesOf({}, evaluations(filesWith(() => ({ write: full }))));
    expect(before.at(-1)).toMatchObject({ message: expect.stringMatching(/evaluations.*the storage is full; free/) });
    const messages = await messagesOf({ samples: 2 }, evaluations(filesWith(() => ({ append: full }))));
    const [result] = messages.flatMap((one) => (one.type === 'evaluated' ? one : []));
    expect(result!.unstored).toContain('the storage is full; free');
    expect([result!.row.file, result!.row.passes!.length]).toEqual([null, 2]);
    expect(await evaluations().list()).toEqual({ rows: [], faults: [] });
  });

  it('a run that is deleted meanwhile does not come back', async () => {
    const runs = at('deleted');
    cpSync(RUN, path.join(runs, 'gone'), { recursive: true });
    const of = evaluations({ files: async () => nodeFiles(runs) });
    const tasks = [...REQUEST.tasks, { task: 'addition', level: 1 }];
    const messages: EvaluationMessage[] = [];
    await of.evaluate({ ...REQUEST, tasks, model: { kind: 'run', run: 'gone', checkpoint: 'grpo-1' } }, (message) => {
      messages.push(message);
      if (message.type === 'progress') rmSync(path.join(runs, 'gone'), { recursive: true, force: true });
    });
    const [result] = messages.flatMap((one) => (one.type === 'evaluated' ? one : []));
    expect(result!.unstored).toMatch(/gone was deleted meanwhile/);
    expect(result!.row.passes).toHaveLength(REQUEST.samples);
    expect(messages.at(-1)).toMatchObject({
      type: 'failed',
      message: expect.stringContaining('was deleted meanwhile'),
    });
    expect(existsSync(path.join(runs, 'gone'))).toBe(false);
  });
});

it('lab eval takes the weights before training as the page does', async () => {
  const [base] = await rowsOf({ model: { kind: 'run', run: 'tiny', checkpoint: 'base' }, samples: 1 });
  const asked = ['--task', 'parity', '--runs', '1', ...ASKED];
  const [expected] = lines(await lab('eval', '--model', `${RUN}@base`, ...asked));
  expect(expected).toMatchObject({ model: base!.header.model, ...JSON.parse(JSON.stringify(base!.measured)) });
});
