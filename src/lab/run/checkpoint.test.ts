/** Checkpoints: when a run takes them, how a stopped run continues, and what is refused. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { readCheckpoint, saveCheckpoint } from '../../runs/checkpoints';
import { memoryFiles } from '../../runs/memoryFiles';
import { valueAt } from '../../valueAt';
import { type Recipe, withFields } from '../recipe/recipe';
import { assertFiniteCheckpoint, type Checkpoint, checkpointName, parseCheckpoint } from './checkpoint';
import type { Occasion } from './checkpointer';
import { expectContinues, runWhole, SMALLEST, stored, type Whole } from './continued.fixture';
import { DivergedError } from './diverged';
import { EventReader } from './eventReader';
import { eventToLine, type LabEvent } from './events';
import { type RunOptions, run } from './run';
import { parseRunState, type RunState } from './runState';
import { Session } from './session';

const QUICK = withFields(SMALLEST, { 'evaluation.base': false, 'evaluation.problems': 1 });
const RARELY = { 'checkpoints.everySteps': 0, 'checkpoints.everySeconds': 0 };

/** Names of the checkpoints of a run, and its events. */
async function runWith(recipe: Recipe, options: RunOptions = {}, onEvent: (event: LabEvent) => void = () => {}) {
  const session = new Session(openCpuDevice(), recipe);
  const taken: Checkpoint[] = [];
  const events: LabEvent[] = [];
  const stageEnds: string[] = [];
  const onCheckpoint = (checkpoint: Checkpoint, { isStageEnd }: Occasion) => {
    taken.push(stored(checkpoint));
    if (isStageEnd) stageEnds.push(checkpointName(checkpoint));
  };
  for await (const event of run(session, { onCheckpoint, ...options })) {
    events.push(event);
    onEvent(event);
  }
  session.destroy();
  return { events, taken, stageEnds, names: taken.map(checkpointName) };
}

const read = (events: readonly LabEvent[]) => {
  const reader = new EventReader();
  for (const [i, event] of events.entries()) reader.read(eventToLine(event), `line ${i + 1}`);
};

describe('a run takes checkpoints', () => {
  it('at the end of each stage and before GRPO', async () => {
    const { names } = await runWith(withFields(QUICK, RARELY));
    expect(names).toEqual(['sft-4', 'grpo-0', 'grpo-3']);
  });

  it('every so many steps', async () => {
    const { names, stageEnds } = await runWith(withFields(QUICK, { ...RARELY, 'checkpoints.everySteps': 2 }));
    expect(names).toEqual(['sft-2', 'sft-4', 'grpo-0', 'grpo-2', 'grpo-3']);
    expect(stageEnds).toEqual(['sft-4', 'grpo-0', 'grpo-3']);
  });

  it('every so many seconds', async () => {
    let seconds = 0;
    const onEvent = ({ type }: LabEvent) => {
      if (type === 'grpo') seconds += 6;
    };
    const recipe = withFields(QUICK, { ...RARELY, 'checkpoints.everySeconds': 10, 'grpo.steps': 5 });
    const { names } = await runWith(recipe, { now: () => seconds }, onEvent);
    expect(names).toEqual(['sft-4', 'grpo-0', 'grpo-2', 'grpo-4', 'grpo-5']);
  });

  it('when the caller wants one, at the next boundary', async () => {
    let wanted = false;
    const onEvent = (event: LabEvent) => {
      wanted = event.type === 'grpo' && event.step === 1;
    };
    const { names } = await runWith(withFields(QUICK, RARELY), { wanted: () => wanted }, onEvent);
    expect(names).toEqual(['sft-4', 'grpo-0', 'grpo-1', 'grpo-3']);
  });

  it('and reads nothing back if nobody receives them', async () => {
    const session = new Session(openCpuDevice(), withFields(QUICK, { 'checkpoints.everySteps': 1 }));
    const read = vi.spyOn(session.weights, 'read');
    for await (const _ of run(session));
    expect(read).not.toHaveBeenCalled();
    session.destroy();
  });
});

describe('a stopped run', () => {
  it.each<[LabEvent['type'], number, string]>([
    ['sft', 1, 'sft-3'], // two more steps are pending
    ['grpo', 2, 'grpo-2'],
    ['evaluation', 0, 'grpo-0'],
  ])('in "%s" %i leaves %s, from which it continues', async (type, step, name) => {
    const whole = await runWhole(openCpuDevice, QUICK);
    const stop = new AbortController();
    const onEvent = (event: LabEvent) => {
      if (event.type === type && (!('step' in event) || event.step === step)) stop.abort();
    };
    const { events, taken } = await runWith(QUICK, { stop: stop.signal }, onEvent);
    const checkpoint = taken.at(-1)!;
    expect(checkpointName(checkpoint)).toBe(name);
    expect(events.at(-1)?.type).not.toBe('end');
    const checkpoints = [{ checkpoint, lines: events.length }];
    await expectContinues(openCpuDevice, QUICK, { ...whole, checkpoints });
    const rest = await runWith(QUICK, { checkpoint });
    read([...events, ...rest.events]);
  });
});

it('a run that continues twice, with a curriculum, gives the same end', async () => {
  const fields = { 'curation.select': 'band', 'curation.low': 0, 'curation.high': 1, 'curation.pool': 12 };
  const recipe = withFields(QUICK, { ...fields, 'curation.samples': 2, 'curation.refreshEvery': 2 });
  const whole = await runWhole(openCpuDevice, recipe, { keep: (name) => name === 'sft-1' });
  const { checkpoint, lines } = whole.checkpoints[0]!;
  const second = await runWhole(openCpuDevice, recipe, { checkpoint, keep: (name) => name === 'grpo-1' });
  const checkpoints = second.checkpoints.map((one) => ({ ...one, lines: lines + one.lines - 1 })); // without "resume"
  expect(checkpoints).toHaveLength(1);
  await expectContinues(openCpuDevice, recipe, { ...whole, checkpoints });
});

it('a run continues from the files of a checkpoint to the bit', async () => {
  const whole = await runWhole(openCpuDevice, QUICK, { keep: (name) => name === 'sft-2' || name === 'grpo-1' });
  const files = memoryFiles();
  const checkpoints = [];
  for (const { checkpoint, lines } of whole.checkpoints) {
    const info = await saveCheckpoint(files, checkpoint, { events: lines, isStageEnd: false, accuracy: null });
    checkpoints.push({ checkpoint: parseCheckpoint(await readCheckpoint(files, info), info.folder), lines });
  }
  await expectContinues(openCpuDevice, QUICK, { ...whole, checkpoints });
});

describe('a checkpoint is refused', () => {
  let whole: Whole;
  beforeAll(async () => {
    whole = await runWhole(openCpuDevice, QUICK, { keep: () => true });
  });
  const named = (name: string) =>
    stored(whole.checkpoints.find(({ checkpoint }) => checkpointName(checkpoint) === name)!.checkpoint);
  const continued = (checkpoint: Checkpoint, recipe = QUICK) =>
    run(new Session(openCpuDevice(), recipe), { checkpoint }).next();

  it.each(['model', 'optimizer', 'reference'] as const)('with a number that is not finite in its %s', async (part) => {
    const checkpoint = named('grpo-1');
    const tensors = part === 'optimizer' ? checkpoint.optimizer!.tensors : checkpoint[part]!;
    const [name, { data }] = [...tensors][3]!;
    data[2] = Number.NaN;
    const message = `checkpoint grpo-1: ${part}: ${name}[2] is NaN; use an earlier checkpoint`;
    expect(() => assertFiniteCheckpoint(checkpoint)).toThrow(message);
    await expect(continued(checkpoint)).rejects.toThrow(message);
  });

  it('when a run would take it with weights that are not finite', async () => {
    const session = new Session(openCpuDevice(), QUICK);
    const onCheckpoint = vi.fn();
    const stored = session.weights.read.bind(session.weights);
    vi.spyOn(session.weights, 'read').mockImplementation(async () => {
      const tensors = await stored();
      tensors.get('model.norm.weight')!.data[0] = Number.POSITIVE_INFINITY;
      return tensors;
    });
    const whole = async () => {
      for await (const _ of run(session, { onCheckpoint }));
    };
    const error = await whole().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DivergedError);
    expect(String(error)).toContain('checkpoint sft-4: model: model.norm.weight[0] is Infinity');
    expect(onCheckpoint).not.toHaveBeenCalled();
    session.destroy();
  });

  /** Copy of plain data with another value at a path; without it if undefined. */
  function withValue(data: object, path: string, value: unknown) {
    const copy = structuredClone(data);
    const keys = path.split('.');
    const last = keys.pop()!;
    const parent = valueAt(copy, keys.join('.')) as Record<string, unknown>;
    if (value === undefined) delete parent[last];
    else parent[last] = value;
    return copy as RunState;
  }

  it.each<[string, string, unknown, string]>([
    ['a missing field', 'sft.num_tokens', undefined, 'state: sft.num_tokens: is missing; use a number'],
    ['another type', 'grpo.problems.stream.1', 'x', 'state: grpo.problems.stream.1: is "x"; use a number'],
    ['an unknown field', 'grpo.more', 1, 'state: grpo: unknown field "more"; remove it'],
    ['an unknown kind of data', 'grpo.problems.kind', 'all', 'state: grpo.problems.kind: is "all"; use'],
    ['another step', 'grpo.steps', 2, 'state.grpo.steps: is 2; use 1'],
    ['no data cursor', 'grpo.problems', null, 'state.grpo: the data cursor is missing'],
    ['no evaluation of SFT', 'evaluations', [], 'state.evaluations: the evaluation after SFT is missing'],
  ])('with %s in its state', async (_, path, value, message) => {
    const checkpoint = named('grpo-1');
    const state = withValue(checkpoint.state, path, value);
    await expect(continued({ ...checkpoint, state })).rejects.toThrow(message);
  });

  it('without optimizer or reference, with another recipe, or with tensors of another model', async () => {
    const checkpoint = named('grpo-1');
    await expect(continued({ ...checkpoint, optimizer: null })).rejects.toThrow('optimizer: is missing');
    await expect(continued({ ...checkpoint, reference: null })).rejects.toThrow('reference: is missing');
    await expect(continued(checkpoint, withFields(QUICK, { 'grpo.beta': 0.5 }))).rejects.toThrow('fork the checkpoint');
    const generator = run(new Session(openCpuDevice(), QUICK), { checkpoint: { ...checkpoint, model: new Map() } });
    await generator.next();
    await expect(generator.next()).rejects.toThrow('model.embed_tokens.weight is missing');
  });

  it('of an unknown stage', () => {
    expect(() => parseCheckpoint({ ...named('grpo-1'), stage: 'curate' }, 'checkpoints/curate-0')).toThrow(
      'checkpoints/curate-0: stage: is "curate"; use one of "sft", "grpo"',
    );
  });

  it('with a problem in its curriculum that the task does not accept', () => {
    const problem = { task: 'parity', level: 5, problem: { prompt: '', answer: '1', problem: {} } };
    const state = {
      ...named('grpo-1').state,
      grpo: { curation: { curriculum: { kind: 'curriculum', pool: [problem] } } },
    };
    expect(() => parseRunState(state, 'state.json')).toThrow(
      /state\.json: grpo\.curation\.curriculum\.pool\.0\.problem\.prompt: has 0 characters/,
    );
  });
});
