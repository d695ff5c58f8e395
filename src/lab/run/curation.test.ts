/** Curation inside a run: its events, the problems of GRPO, and repetition to the bit. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../../gpu/device';
import { openNodeDevice } from '../../gpu/node';
import { recipeByName } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import { Curation } from './curation';
import { type CurationEvent, eventFromLine, eventToLine, type GrpoEvent, type LabEvent } from './events';
import { Session } from './session';
import { runAll } from './tinyRun.fixture';

/** After this much SFT the model answers in the right format and guesses: pass rates are about ½. */
const BASE = withFields(recipeByName('parity-8-nano'), {
  'task.level': 5,
  'sft.steps': 90,
  'sft.sequences': 16,
  'sft.shortShare': 1,
  'grpo.steps': 5,
  'grpo.prompts': 4,
  'grpo.groupSize': 4,
  'evaluation.problems': 3,
  'curation.pool': 40,
  'curation.samples': 8,
  'model.layers': 1,
});

let device: Device;
beforeAll(async () => {
  device = await openNodeDevice();
});
afterAll(() => device.destroy());

const runWith = (fields: Record<string, unknown>) => runAll(device, withFields(BASE, fields));
const curations = (events: readonly LabEvent[]) =>
  events.filter((event): event is CurationEvent => event.type === 'curation');

describe('a curated run', () => {
  let events: LabEvent[];
  beforeAll(async () => {
    events = await runWith({ 'curation.select': 'band', 'curation.refreshEvery': 2 });
  });

  it('selects between SFT and GRPO, and again every `refreshEvery` steps', () => {
    const kinds = events.map((event) => (event.type === 'stage' ? `[${event.stage}]` : event.type));
    expect(kinds.join(' ').replace(/(sft )+/g, 'sft ')).toBe(
      'start [compile] [sft] sft [evaluate] evaluation [curate] curation [compile] [grpo] grpo grpo [curate] curation ' +
        '[grpo] grpo grpo [curate] curation [grpo] grpo [evaluate] evaluation end',
    );
    expect(curations(events).map(({ step }) => step)).toEqual([0, 2, 4]);
  });

  it('counts the problems that each stage of curation removes', () => {
    for (const event of curations(events)) {
      const { pool, duplicates, contaminated, rated, kept, histogram, removed } = event;
      expect(pool).toBe(40);
      expect(duplicates).toBeGreaterThan(0); // 40 samples of the 28 training problems of 5 bits
      expect(pool - duplicates - contaminated).toBe(rated);
      expect(histogram).toHaveLength(9);
      expect(histogram.reduce((sum, n) => sum + n, 0)).toBe(rated);
      expect(histogram.slice(1, 8).reduce((sum, n) => sum + n, 0)).toBe(kept); // 1/8 to 7/8 are in the band 0.1–0.9
      expect(removed).toHaveLength(Math.min(20, duplicates + contaminated));
      expect(event).toMatchObject({ by: 'measured', answered: rated, fallback: null, contaminated: 0 });
      expect(eventFromLine(eventToLine(event), 'line')).toEqual(event);
    }
  });

  it('repeats to the bit', async () => {
    const again = await runWith({ 'curation.select': 'band', 'curation.refreshEvery': 2 });
    const exact = (all: readonly LabEvent[]) =>
      all.flatMap((event): unknown[] =>
        event.type === 'grpo' ? [event.metrics] : event.type === 'curation' ? [event] : [],
      );
    expect(exact(again)).toEqual(exact(events));
  });
});

it('selects by the answers of GRPO with `refreshBy: answered`', async () => {
  const events = await runWith({
    ...{ 'curation.select': 'band', 'curation.refreshEvery': 2, 'curation.refreshBy': 'answered' },
    ...{ 'curation.low': 0, 'curation.high': 1 },
  });
  const [first, second] = curations(events);
  const prompts = events
    .filter((event): event is GrpoEvent => event.type === 'grpo' && event.step <= 2)
    .flatMap(({ groups }) => groups.map(({ prompt }) => prompt));
  expect(first).toMatchObject({ by: 'measured', answered: first!.rated });
  expect(second).toMatchObject({ by: 'answered', answered: new Set(prompts).size, kept: first!.rated });
});

it('uses the whole pool, and says so, if the selection is empty', async () => {
  const events = await runWith({ 'curation.select': 'easy', 'curation.high': 1, 'grpo.steps': 1 });
  const [event] = curations(events);
  expect(event).toMatchObject({
    kept: 0,
    fallback: { code: 'all', values: expect.objectContaining({ select: 'easy' }) },
  });
  expect(events.at(-1)?.type).toBe('end');
});

it('is refused if cleaning removes the whole pool', () => {
  const fields = {
    'curation.select': 'band',
    'curation.decontaminate': 0.05,
    'evaluation.problems': 100,
    'evaluation.others': [8, 9].map((level) => ({ task: 'parity', level })),
  };
  const recipe = withFields(BASE, fields);
  const session = new Session(device, recipe);
  expect(() => Curation.open(session, recipe, session.sources.grpo)).toThrow(
    /cleaning removes the whole pool of 40 problems: .* raise curation.decontaminate/,
  );
  session.destroy();
});
