/** Stored rollouts under a reward: the run's own numbers under its own recipe, those of `score` and `probe reward` under another one, and their summary. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Journal } from '../../runs/journal';
import { memoryFiles } from '../../runs/memoryFiles';
import { numbersToText } from '../../runs/numbers';
import { mean } from '../../stats';
import { recipeByName } from '../recipe/presets';
import { type Recipe, withFields } from '../recipe/recipe';
import { SMALLEST } from '../run/continued.fixture';
import type { LabEvent } from '../run/events';
import { recordNew } from '../stored/stored.fixture';
import { Scorer } from './score';
import { storedSteps, storedVocabulary } from './storedSteps';
import { editFault, type WhatIfStep, whatIf } from './whatIf';
import { changesSign, WhatIfTotals } from './whatIfSummary';
import { probedTotals, written } from './written.fixture';
import { writtenSteps } from './writtenSteps.fixture';

const RECIPE = withFields(recipeByName('parity-8-nano'), { 'grpo.groupSize': 8 });
const EDITED = withFields(RECIPE, { 'reward.rightLong': 1, 'reward.length': 0.3, 'grpo.scaleRewards': 'none' });

const run = memoryFiles();
beforeAll(async () => {
  await recordNew(run, SMALLEST);
});

async function collected(steps: Parameters<typeof whatIf>[0], edited: Recipe): Promise<WhatIfStep[]> {
  const scored: WhatIfStep[] = [];
  for await (const step of whatIf(steps, edited)) scored.push(step);
  return scored;
}

describe('a stored run', () => {
  it('under its own recipe has its own rewards, parts and advantages, to the bit', async () => {
    const journal = await Journal.open(run);
    const stored: Extract<LabEvent, { type: 'grpo' }>[] = [];
    for await (const { text } of journal.read()) if (text.startsWith('{"type":"grpo"')) stored.push(JSON.parse(text));
    const scored = await collected(storedSteps(journal), SMALLEST);
    expect(scored.map(({ step }) => step)).toEqual(stored.map(({ step }) => step));
    expect(scored.length).toBeGreaterThan(1);
    for (const [i, { groups }] of stored.entries()) {
      const was = groups.flatMap(({ rollouts }) => rollouts);
      const { rollouts } = scored[i]!;
      expect(rollouts.map(({ after }) => after)).toEqual(
        was.map(({ reward, advantage, parts }) => ({ reward, advantage, parts })),
      );
      expect(rollouts.map(({ before }) => before)).toEqual(was.map(({ reward, advantage }) => ({ reward, advantage })));
    }
    expect(await storedVocabulary(journal)).toContain('<think>');
  });

  it('with a damaged field names line and field', async () => {
    const events = [
      ['{"type":"grpo","step":1,"groups":[]}', 'line 1: groups: is no list of objects'],
      ['{"type":"grpo","step":"1","groups":[]}', 'line 1: step is "1", expected a number'],
      [
        '{"type":"grpo","step":1,"groups":[{"prompt":"1=","answer":"1","task":"parity","rollouts":[{"text":"0"}]}]}',
        'groups.0.rollouts.0: ended is missing: an earlier version of the lab or another program wrote this run',
      ],
      [
        '{"type":"grpo","step":1,"groups":[{"prompt":"1=","answer":"1","task":"parity","rollouts":[{"ids":{"u16":"?"},"text":"0",' +
          '"ended":true,"correct":true,"verdict":{},"partial":1,"reward":1,"advantage":0}]}]}',
        'line 1: groups.0.rollouts.0: ids: "?" is no base64',
      ],
    ] as const;
    for (const [text, message] of events) {
      const journal = await Journal.open(memoryFiles());
      journal.append(text);
      await expect(collected(storedSteps(journal), RECIPE)).rejects.toThrow(message);
    }
  });
});

describe('1000 written completions', () => {
  it('under an edited reward have the totals of score and probe reward, to the bit', async () => {
    const steps = await writtenSteps(RECIPE);
    const scorer = await Scorer.open(EDITED);
    const all = written(1000, 9);
    const scored = all.map(({ text }, i) => scorer.score(all[i - (i % 8)]!.problem, text));
    const rollouts = (await collected(steps, EDITED)).flatMap((step) => step.rollouts);
    expect(rollouts.map(({ after }) => after.reward)).toEqual(scored.map(({ total }) => total));
    expect(rollouts.map(({ after }) => after.reward)).toEqual(await probedTotals(EDITED, scored));
    expect(rollouts.map(({ after }) => after.parts)).toEqual(scored.map(({ parts }) => parts));
    rollouts.slice(0, 8).forEach(({ after }) => {
      const center = mean(rollouts.slice(0, 8).map((one) => one.after.reward));
      expect(after.advantage).toBeCloseTo(after.reward - center, 12);
    });
  });

  it('have a summary that equals plain sums', async () => {
    const steps = await collected(await writtenSteps(RECIPE), EDITED);
    const totals = new WhatIfTotals();
    expect(totals.summary()).toBeNull();
    for (const step of steps) totals.add(step);
    const rollouts = steps.flatMap((step) => step.rollouts);
    const summary = totals.summary()!;
    expect(summary).toMatchObject({ steps: 5, rollouts: 1000 });
    const right = rollouts.map(({ correct }) => (correct ? 1 : 0));
    expect(summary.accuracy).toBeCloseTo(mean(right), 12);
    for (const side of ['before', 'after'] as const) {
      const rewards = rollouts.map((one) => one[side].reward);
      const [mx, my] = [mean(rewards), mean(right)];
      const sum = (pick: (i: number) => number) => rewards.reduce((total, _, i) => total + pick(i), 0);
      const xy = sum((i) => (rewards[i]! - mx) * (right[i]! - my));
      const norm = Math.sqrt(sum((i) => (rewards[i]! - mx) ** 2) * sum((i) => (right[i]! - my) ** 2));
      expect(summary[side].mean).toBeCloseTo(mx, 12);
      expect(summary[side].correlation).toBeCloseTo(xy / norm, 10);
      expect(summary[side].max).toBe(Math.max(...rewards));
    }
    expect(summary.signs.changed).toBe(rollouts.filter(changesSign).length);
    expect(summary.signs.changed).toBeGreaterThan(0);
    expect(summary.parts.map(({ name }) => name)).toEqual(['accuracy', 'repetition', 'length']);
  });
});

it('refuses an edit that changes no stored reward', () => {
  expect(editFault(RECIPE, EDITED)).toBeNull();
  expect(editFault(RECIPE, withFields(RECIPE, { 'sft.steps': 3 }))).toBe(
    'sft.steps changes no reward of stored rollouts; set fields of reward, grpo.scaleRewards or grpo.aggregation',
  );
});

it('a journal of earlier versions has plain arrays of ids', async () => {
  const files = memoryFiles();
  const rollout = {
    ids: [4, 5],
    text: '<think></think>',
    ended: false,
    correct: false,
    verdict: { code: 'no_answer', values: {} },
    partial: 0,
    reward: 0,
    advantage: 0,
  };
  const group = { prompt: '1=', answer: '1', task: 'parity', rollouts: [rollout, rollout] };
  const event = { type: 'grpo', step: 1, groups: [group] };
  await files.write('events.jsonl', new TextEncoder().encode(`${numbersToText(event)}\n`));
  const [step] = await collected(storedSteps(await Journal.open(files)), RECIPE);
  expect(step!.rollouts.map(({ after }) => after.advantage)).toEqual([0, 0]);
});

it.each(['verdict', 'task'])(
  'a journal of the first versions has no %s: that is what the error says',
  async (field) => {
    const old = memoryFiles();
    const journal = await Journal.open(run);
    const events: string[] = [];
    const withoutField = (key: string, value: unknown) => (key === field ? undefined : value);
    for await (const { text } of journal.read())
      events.push(text.startsWith('{"type":"grpo"') ? JSON.stringify(JSON.parse(text, withoutField)) : text);
    await old.write('events.jsonl', new TextEncoder().encode(`${events.join('\n')}\n`));
    await expect(collected(storedSteps(await Journal.open(old)), SMALLEST)).rejects.toThrow(
      new RegExp(
        `events.jsonl: line \\d+: groups.0.*${field} is missing: an earlier version .* train its recipe again`,
      ),
    );
  },
);
