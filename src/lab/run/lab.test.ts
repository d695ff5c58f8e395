/** Recipes, events and whole runs: repeatable to the bit, paused by not pulling, told in full. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import type { Device } from '../../gpu/device';
import { openNodeDevice } from '../../gpu/node';
import { taskByName } from '../../tasks';
import { recipeByName, recipes } from '../recipe/presets/index';
import { parseRecipe, type Recipe, withFields } from '../recipe/recipe';
import { eventFromLine, eventToLine, type GrpoEvent, type LabEvent } from './events';
import { run } from './run';
import { Session } from './session';

/** Small enough for any adapter, with every stage. */
const TINY = withFields(recipeByName('parity-8-nano'), {
  'task.level': 5,
  'sft.steps': 6,
  'sft.sequences': 8,
  'grpo.steps': 2,
  'grpo.prompts': 2,
  'grpo.groupSize': 4,
  'evaluation.problems': 3,
});
/** The same with little to compile, where a test is not about the kernels. */
const PLAIN = withFields(TINY, { kernels: 'fixed', 'model.layers': 1 });

async function runAll(device: Device, recipe: Recipe): Promise<LabEvent[]> {
  const session = new Session(device, recipe);
  const events: LabEvent[] = [];
  for await (const event of run(session)) events.push(event);
  session.destroy();
  return events;
}

/** What must repeat: everything but the clock, and the peak that counts what readbacks of earlier runs left. */
const FREE: readonly string[] = ['step_time', 'seconds', 'peak_bytes'];
const told = (events: readonly LabEvent[]) =>
  events.map((event) => JSON.parse(eventToLine(event), (key, value) => (FREE.includes(key) ? 0 : value)));
const exact = (events: readonly LabEvent[]) =>
  events.flatMap((event) =>
    event.type === 'sft' ? [event.loss, event.grad_norm] : event.type === 'grpo' ? Object.values(event.metrics) : [],
  );

describe('a run on Dawn', () => {
  let device: Device;
  let events: LabEvent[];
  beforeAll(async () => {
    device = await openNodeDevice();
    events = await runAll(device, TINY);
  });
  afterAll(() => device.destroy());

  it('compiles nothing between the first training step and the last', async () => {
    const fresh = await openNodeDevice();
    const session = new Session(fresh, withFields(TINY, { kernels: 'fixed' }));
    let before: number | null = null;
    for await (const event of run(session)) {
      if (event.type === 'sft') before ??= fresh.counters.pipelines;
      expect(fresh.counters.pipelinesReady).toBe(fresh.counters.pipelines);
    }
    expect(fresh.counters.pipelines).toBe(before);
    session.destroy();
    fresh.destroy();
  });

  it('tells its stages in order and ends with the summary', () => {
    expect(events.map((event) => (event.type === 'stage' ? event.stage : event.type))).toEqual([
      ...['start', 'compile', 'sft'],
      ...Array(6).fill('sft'),
      ...['evaluate', 'evaluation', 'compile', 'grpo'],
      ...Array(2).fill('grpo'),
      ...['evaluate', 'evaluation', 'end'],
    ]);
    const end = events.at(-1);
    expect(end?.type === 'end' && end.summary).toMatchObject({
      recipe: 'parity-8-nano',
      seed: 0,
      sft: { steps: 6 },
      grpo: { steps: 2, curve: [{ step: 1 }, { step: 2 }] },
      memory: { estimated_bytes: expect.any(Number), peak_bytes: expect.any(Number) },
    });
  });

  it('repeats to the bit, and differs with another seed', async () => {
    const again = await runAll(device, TINY);
    expect(exact(again)).toEqual(exact(events));
    expect(told(again)).toEqual(told(events));
    expect(exact(await runAll(device, withFields(TINY, { seed: 1 })))).not.toEqual(exact(events));
  });

  it("agrees between sampler and trainer within 1e-4, and starts at the reference's policy", () => {
    const [first] = events.filter((event): event is GrpoEvent => event.type === 'grpo');
    expect(first!.metrics['sampling/sampling_logp_difference/max']).toBeLessThan(1e-4);
    expect(first!.metrics.kl).toBeLessThan(1e-6);
    expect(first!.metrics['clip_ratio/region_mean']).toBe(0);
  });

  it('gives each completion its parts, and each group advantages that sum to 0', () => {
    for (const event of events)
      if (event.type === 'grpo')
        for (const { rollouts } of event.groups) {
          expect(rollouts).toHaveLength(4);
          expect(Math.abs(rollouts.reduce((sum, { advantage }) => sum + advantage, 0))).toBeLessThan(1e-9);
          for (const { reward, parts, ids, logprobs } of rollouts) {
            expect(parts.reduce((sum, { weight, value }) => sum + weight * value, 0)).toBeCloseTo(reward, 12);
            expect(logprobs.length).toBe(ids.length);
          }
        }
  });

  it('frees everything when it is left in the middle', async () => {
    const session = new Session(device, PLAIN);
    const generator = run(session);
    for (let i = 0; i < 6; i++) await generator.next();
    await generator.return();
    session.destroy();
    await device.idle();
  });

  it('ends with a reason where the device is destroyed with work in flight', async () => {
    const gone = await openNodeDevice();
    const session = new Session(gone, PLAIN);
    const generator = run(session);
    for (let i = 0; i < 6; i++) await generator.next();
    const next = generator.next();
    gone.destroy();
    await expect(next).rejects.toThrow('the device was destroyed');
    session.destroy();
    await device.idle(); // another one goes on
  });

  it('survives a batch in which every completion is masked, μ > 1, and every loss', async () => {
    const masked = {
      'grpo.maskTruncated': true,
      'sft.steps': 0,
      'grpo.steps': 1,
      'reward.lMax': 6,
      'reward.lPos': 5,
      'reward.lNeg': 2,
    };
    await runAll(device, withFields(PLAIN, masked));
    for (const lossType of ['bnpo', 'dr_grpo', 'dapo', 'cispo', 'gspo']) {
      const fields = {
        'sft.steps': 1,
        'grpo.lossType': lossType,
        'grpo.updates': 2,
        'grpo.epsilonHigh': lossType === 'cispo' ? 2 : 0.28,
      };
      const all = await runAll(device, withFields(PLAIN, fields));
      expect(all.at(-1)?.type, lossType).toBe('end');
    }
  });

  it('ends SFT at the gate of sampled accuracy, and not before', async () => {
    const gated = (gateAccuracy: number) =>
      runAll(
        device,
        withFields(PLAIN, { 'sft.steps': 40, 'sft.gateEvery': 4, 'sft.gateAccuracy': gateAccuracy, 'grpo.steps': 0 }),
      );
    const steps = (all: readonly LabEvent[]) => all.filter(({ type }) => type === 'sft').length;
    const low = steps(await gated(0.01));
    expect(low % 4).toBe(0);
    expect(low).toBeLessThan(40);
    expect(steps(await gated(1))).toBeGreaterThan(low);
  });
});

it('runs on the CPU device, chosen by name', async () => {
  const events = await runAll(openCpuDevice(), PLAIN);
  expect(events[0]).toMatchObject({ type: 'start', device: 'cpu', adapter: 'CPU reference' });
  expect(events.at(-1)?.type).toBe('end');
});

describe('a custom reward term in a run', () => {
  const CUSTOM = { 'sft.steps': 2, 'grpo.steps': 1, 'reward.custom': 0.5 };
  const rolloutsOf = async (customSource: string) => {
    const events = await runAll(openCpuDevice(), withFields(PLAIN, { ...CUSTOM, 'reward.customSource': customSource }));
    expect(events.at(-1)?.type).toBe('end');
    return events.flatMap((event) => (event.type === 'grpo' ? event.groups.flatMap(({ rollouts }) => rollouts) : []));
  };

  it('that loops, allocates, throws, gives NaN or reaches for the network costs that reward, and says why', async () => {
    // each rollout does one of these, by its text
    const source = `
      const kinds = [
        () => { for (;;); },
        () => { const kept = []; for (;;) kept.push(new Uint8Array(65536)); },
        () => { throw new Error('no'); },
        () => NaN,
        () => fetch('https://example.org'),
        () => 0.25,
      ];
      ({ text }) => kinds[[...text].reduce((sum, char) => sum + char.charCodeAt(0), 0) % kinds.length]()`;
    const reasons = [
      /did not end within 10 million steps/,
      /out of memory/,
      /threw Error: no \(line 5/,
      /gave NaN/,
      /'fetch' is not defined \(line 7/,
      /^gave 0.25$/,
    ];
    const rollouts = await rolloutsOf(source);
    const again = await rolloutsOf(source);
    expect(rollouts).toHaveLength(8);
    rollouts.forEach(({ text, parts, reward }, i) => {
      const kind = [...text].reduce((sum, char) => sum + char.charCodeAt(0), 0) % reasons.length;
      const part = parts.find(({ name }) => name === 'custom')!;
      expect(part.reason).toMatch(reasons[kind]!);
      expect(part).toMatchObject({ weight: 0.5, value: kind === 5 ? 0.25 : 0 });
      expect(reward).toBe(parts.reduce((sum, { weight, value }) => sum + weight * value, 0));
      expect(again[i]!.parts).toEqual(parts);
    });
    expect(new Set(rollouts.map(({ parts }) => parts.at(-1)!.reason)).size).toBeGreaterThan(1);
  });

  it('that does not compile ends the run before it begins, with its place', async () => {
    const events: LabEvent[] = [];
    const session = new Session(
      openCpuDevice(),
      withFields(PLAIN, { ...CUSTOM, 'reward.customSource': '(rollout) =>\n  rollout..length' }),
    );
    const all = async () => {
      for await (const event of run(session)) events.push(event);
    };
    await expect(all()).rejects.toThrow('recipe: reward.customSource: line 2, column 11: ');
    session.destroy();
    expect(events).toEqual([]);
  });
});

describe('recipes', () => {
  it('that come with the lab are complete and have distinct names', () => {
    expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
    expect(recipeByName('parity-12').model).toMatchObject({ layers: 2, width: 64, heads: 4, kvHeads: 2 });
  });

  it.each([
    [{ grpo: { groupSize: 1 } }, 'r: grpo.groupSize: is 1; use 2 to 64'],
    [{ grpo: { steps: 'many' } }, 'r: grpo.steps: is "many"; use a number'],
    [{ grpo: { beta: Number.NaN } }, 'r: grpo.beta: is NaN; use a finite number'],
    [{ model: { width: 64, heads: 3 } }, 'r: model.width: is 64 for 3 heads; use a multiple of 12 up to 384'],
    [{ colour: 1 }, 'r: top level: unknown field "colour"; remove it or correct its name'],
    [{ task: { name: 'chess' } }, 'r: task.name: is "chess"; use one of "parity", '],
    [{ task: { name: 'addition', level: 9 } }, 'r: task.level: addition has 1 to 6 digits, not 9'],
    [{ model: { width: 66 } }, 'r: model.width: is 66 for 4 heads; use a multiple of 16 up to 512'],
    [{ model: { kvHeads: 3 } }, 'r: model.kvHeads: is 3: 4 heads cannot share them evenly; use a divisor of 4'],
    [{ model: { partialRotary: 0.2 } }, 'r: model.partialRotary: is 0.2: 3 of the 16 channels of a head would turn'],
    [{ model: { layers: 0 } }, /^r: model\.layers: is 0; use 1 to 24$/],
    [{ reward: { lPos: 30 } }, 'r: reward.lPos: L pos (30) must be below L max (24)'],
    [{ grpo: { lossType: 'cispo' } }, 'for cispo it is the cap of the ratio itself: 1 or more'],
    [{ data: { clusters: [{ task: 'chess', level: 1 }] } }, 'r: data.clusters.0.task: is "chess"; use one of '],
    [
      {
        data: {
          rlClusters: [
            { task: 'parity', level: 8 },
            { task: 'addition', level: 7 },
          ],
        },
      },
      'r: data.rlClusters.1.level: addition has 1 to 6 digits, not 7',
    ],
    [
      { data: { clusters: [{ task: 'parity', level: 8, problems: 100_000, epochs: 1000 }] } },
      'r: data.clusters: a pass would be 100000000 examples',
    ],
    [
      {
        evaluation: {
          others: [
            { task: 'parity', level: 8 },
            { task: 'parity', level: 8 },
          ],
        },
      },
      'r: evaluation.others.1: parity at 8 is listed twice',
    ],
    [
      {
        evaluation: {
          others: [
            { task: 'parity', level: 8 },
            { task: 'parity', level: 12 },
          ],
        },
      },
      "r: evaluation.others.1: parity at 12 is the recipe's own task",
    ],
    [{ curation: { low: 0.8, high: 0.2 } }, 'r: curation.low: the band from 0.8 to 0.2 is empty'],
    [{ reward: { custom: 1 } }, 'r: reward.customSource: your own term has a weight but no JavaScript'],
    [{ version: 2 }, 'r: version'],
    [null, 'r: top level'],
  ])('%j is refused with its place', (input, message) => {
    expect(() => parseRecipe(input, 'r')).toThrow(message);
  });

  it('take fields by path and refuse paths that there are not', () => {
    const recipe = recipeByName('parity-12');
    expect(withFields(recipe, { 'grpo.steps': 3, seed: 9 })).toMatchObject({ grpo: { steps: 3 }, seed: 9 });
    expect(recipe.grpo.steps).toBe(40);
    expect(() => withFields(recipe, { 'grpo.stepz': 3 })).toThrow('there is no field grpo.stepz');
    expect(() => withFields(recipe, { grpo: 3 })).toThrow('grpo is a section');
    expect(() => withFields(recipe, { '__proto__.x': 3 })).toThrow('there is no field __proto__.x');
    const mixed = withFields(recipe, { 'data.clusters': [{ task: 'parity', level: 9, problems: 10 }] });
    expect(mixed.data.clusters).toEqual([{ task: 'parity', level: 9, problems: 10, epochs: 1 }]);
    expect(withFields(mixed, { 'data.clusters.0.epochs': 3 }).data.clusters[0]?.epochs).toBe(3);
    expect(recipe.data.clusters).toEqual([]);
  });

  it('say before they start that they do not fit the device', () => {
    const small = { ...openCpuDevice(), maxBindingBytes: 1 << 20 };
    expect(() => new Session(small, recipeByName('parity-12'))).toThrow(
      /needs a buffer of [\d.]+ MiB; .* binds at most 1.0 MiB/,
    );
    expect(() => new Session(openCpuDevice(), withFields(PLAIN, { 'task.level': 1 }))).toThrow('raise the level');
  });
});

describe('a run on a mixture', () => {
  const MIXED = withFields(PLAIN, {
    'data.clusters': [
      { task: 'parity', level: 5, problems: 12, epochs: 2 },
      { task: 'addition', level: 2 },
    ],
    'data.rlClusters': [{ task: 'addition', level: 1 }],
    'evaluation.base': true,
    'evaluation.others': [{ task: 'addition', level: 3 }],
  });

  it('has room for all that it draws and all that it is asked', () => {
    const session = new Session(openCpuDevice(), MIXED);
    const prompt = 3 + 1 + 3 + 1; // 123+456=
    expect(session.lengths.prompt).toBe(prompt + session.tokenizer.chatPrompt('').length);
    expect(session.lengths.longest).toBe(session.lengths.prompt + taskByName('addition').longestTrace(2, 'long'));
    session.destroy();
  });

  it('trains on the clusters, and tells every evaluated task before and after', async () => {
    const device = await openNodeDevice();
    const events = await runAll(device, MIXED);
    device.destroy();
    const evaluations = events.filter((event) => event.type === 'evaluation');
    expect(evaluations.map(({ stage }) => stage)).toEqual(['base', 'sft', 'grpo']);
    for (const { others } of evaluations) expect(others).toMatchObject([{ task: 'addition', level: 3, greedy: {} }]);
    const prompts = events.flatMap((event) => (event.type === 'grpo' ? event.groups.map(({ prompt }) => prompt) : []));
    for (const prompt of prompts) expect(prompt).toMatch(/^\d\+\d=$/);
    const end = events.at(-1);
    expect(end?.type === 'end' && end.summary).toMatchObject({
      base: { others: [{ task: 'addition', level: 3, greedy_accuracy: expect.any(Number) }] },
      sft: { others: [{ task: 'addition', level: 3 }] },
      grpo: { others: [{ task: 'addition', level: 3 }] },
    });
  });
});

describe('events', () => {
  it('are lines that read back, and a line that is none is named', () => {
    const event: LabEvent = { type: 'stage', stage: 'sft' };
    expect(eventFromLine(eventToLine(event), 'line 1')).toEqual(event);
    expect(() => eventFromLine('{"type":"party"}', 'run.jsonl: line 3')).toThrow('run.jsonl: line 3 has type "party"');
    expect(() => eventFromLine('{', 'run.jsonl: line 4')).toThrow('run.jsonl: line 4 is not JSON');
  });
});
