/** A task and a reward term from this file alone: registered, named in a recipe, trained with, read back, put into words. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { integer } from '../../fields';
import { openCpuDevice } from '../../gpu/cpu';
import { addRewardTerm } from '../../rewards/index';
import { extraWeight, rewardTerm } from '../../rewards/term';
import { addTask } from '../../tasks';
import { mark } from '../../tasks/picture';
import { type Task, think } from '../../tasks/task';
import { verdictsOf } from '../../tasks/verdicts';

const words = { same: 'repeats {letters}', other: 'repeats {share%} of {letters}' } as const;
const { right, wrong } = verdictsOf(words);
const LETTERS = 'abc';

const echo: Task<{ letters: string }> = {
  name: 'echo',
  title: 'Echo',
  about: 'Which letters were said?',
  level: { unit: 'letters', min: 1, max: 8, initial: 4 },
  recipe: {
    title: 'Echo of four letters',
    about: 'A toy.',
    level: 4,
    sft: { shortShare: 0.5, steps: 2 },
    grpo: { prompts: 2, steps: 2 },
    reward: { lMax: 12, lPos: 9, lNeg: 4 },
  },
  problemSchema: z.strictObject({ letters: z.string().regex(/^[abc]+$/) }),
  generate(random, level) {
    const letters = Array.from({ length: level }, () => random.pick([...LETTERS])).join('');
    return { prompt: `${letters}?`, answer: letters, problem: { letters } };
  },
  traces: ({ answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(answer, answer) },
    { kind: 'mend', completion: think(`x${answer}`, answer) },
  ],
  longestPrompt: (level) => level + 1,
  longestTrace: (level, kind) => level + 3 + { short: 0, long: level, mend: level + 1 }[kind],
  words,
  verify({ letters }, answer) {
    if (answer === letters) return right({ code: 'same', values: { letters } });
    const share = [...letters].filter((letter, i) => answer?.[i] === letter).length / (letters.length + 1);
    return wrong({ code: 'other', values: { letters, share } }, share);
  },
  picture: ({ letters }) => ({ kind: 'text', lines: [[mark(letters)]], caption: letters }),
};

const vowels = rewardTerm({
  name: 'vowels',
  title: 'Vowels',
  formula: 'min(1, vowels ÷ target)',
  color: 'red',
  weight: extraWeight('vowels', 'Pays for vowels.'),
  constants: { vowelsTarget: integer('Vowels', 'Vowels that earn all of the term.', 3, 1, 9) },
  words: { counted: '{vowels} of {target} vowels; {verdict}' },
  most: () => 1,
  evaluate({ text }, { vowelsTarget: target }) {
    const found = text.match(/[aeiou]/g)?.length ?? 0;
    return { value: Math.min(1, found / target), reason: { code: 'counted', values: { vowels: found, target } } };
  },
});

addTask(echo as Task);
addRewardTerm(vowels);
// after the records: a recipe knows those that are registered when it is loaded
const { recipeByName } = await import('../recipe/presets/index');
const { withFields } = await import('../recipe/recipe');
const { probeReward, probeRewardSchema } = await import('../probe/reward');
const { EventReader } = await import('./eventReader');
const { eventToLine } = await import('./events');
const { partReason, rolloutVerdict, termOf } = await import('./reasons');
const { run } = await import('./run');
const { Session } = await import('./session');

const recipe = withFields(recipeByName('echo-4'), {
  ...{ 'model.width': 16, 'model.ffn': 16, 'sft.sequences': 4, 'grpo.groupSize': 2, 'evaluation.problems': 2 },
  ...{ 'reward.vowels': 0.5, 'reward.vowelsTarget': 6 },
});

describe('a toy task and a toy reward term', () => {
  it('are trained with, and their reasons are codes in the events and words at the edge', async () => {
    const session = new Session(openCpuDevice(), recipe);
    const lines: string[] = [];
    for await (const event of run(session)) lines.push(eventToLine(event));
    session.destroy();

    const reader = new EventReader();
    const events = lines.map((line, i) => reader.read(line, `line ${i + 1}`));
    const steps = events.filter((event) => event.type === 'grpo');
    expect(steps).toHaveLength(2);
    for (const { metrics, groups } of steps) {
      expect(metrics['rewards/vowels/mean']).toBeGreaterThanOrEqual(0);
      for (const group of groups) {
        expect([group.task, group.level]).toEqual(['echo', 4]);
        for (const rollout of group.rollouts) {
          expect(rollout.parts.map(({ name }) => name)).toEqual(['accuracy', 'repetition', 'vowels']);
          const part = rollout.parts.at(-1)!;
          expect(part.weight).toBe(0.5);
          const { values } = part.reason;
          expect(part.reason).toEqual({ code: 'counted', values: { vowels: values.vowels, target: 6 } });
          expect(part.value).toBe(Math.min(1, Number(values.vowels) / 6));
          const verdict = rolloutVerdict(group, rollout);
          expect(verdict).toMatch(/^repeats ([abc]{4}|[\d.]+ % of [abc]{4})$|^cut off before/);
          expect(partReason(group, rollout, part)).toBe(`${values.vowels} of 6 vowels; ${verdict}`);
          expect(termOf(part)).toMatchObject({ title: 'Vowels', color: 'red' });
        }
      }
    }
    expect(events.at(-1)?.type).toBe('end');
  });

  it('have a range, a default and an option of the probe', async () => {
    expect(recipeByName('parity-12').reward).toMatchObject({ vowels: 0, vowelsTarget: 3 });
    expect(() => withFields(recipe, { 'reward.vowelsTarget': 10 })).toThrow('reward.vowelsTarget: is 10; use 1 to 9');
    const described = { length: 4, correct: true, ended: true, think: 'ok', words: [], text: 'aa' };
    const input = { l_max: 12, l_pos: 9, l_neg: 4, vowels_target: 4, weights: { vowels: 1 }, cases: [described] };
    const { cases } = await probeReward(probeRewardSchema.parse(input));
    expect(cases[0]).toMatchObject({ vowels: 0.5, reasons: { vowels: '2 of 4 vowels; right' } });
  });

  it('are refused under a name that exists', () => {
    expect(() => addTask(echo as Task)).toThrow('task "echo" exists already; rename it');
    expect(() => addRewardTerm(vowels)).toThrow('reward term "vowels": the field vowels exists; rename it');
  });
});
