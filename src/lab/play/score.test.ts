/** Scores of written completions: those of training and of `probe reward`, with advantages of the recipe's options. */
import { describe, expect, it } from 'vitest';
import { groupAdvantages } from '../../train/advantages';
import { recipeByName } from '../recipe/presets';
import { withFields } from '../recipe/recipe';
import { parity } from './play.fixture';
import { playProblem } from './problem';
import { Scorer } from './score';
import { probedTotals, written } from './written.fixture';

const recipe = recipeByName('parity-8-nano');
const RIGHT = '<think>1,0,0,1</think>1<|im_end|>';
const WRONG = '<think>1</think>0<|im_end|>';
/** All terms whose value the fields of a probe decide. */
const EDITED = withFields(recipe, {
  ...{ 'reward.rightLong': 1, 'reward.wrongShort': -2, 'reward.repetitionOften': 2, 'reward.repetitionN': 3 },
  ...{
    'reward.length': 0.1,
    'reward.brevity': 0.2,
    'reward.tagCount': 0.3,
    'reward.stepCount': 0.4,
    'reward.partial': 0.5,
  },
});

it.each([
  ['the preset', recipe],
  ['an edited reward', EDITED],
])('equals probe reward on 1000 completions under %s, to the bit', async (_, edited) => {
  const scorer = await Scorer.open(edited);
  const scored = written(1000, 7).map(({ problem, text }) => scorer.score(problem, text));
  expect(scored.map(({ total }) => total)).toEqual(await probedTotals(edited, scored));
  expect(new Set(scored.map(({ judged }) => judged.parsed.think)).size).toBeGreaterThan(2);
  expect(new Set(scored.map(({ ended, judged }) => `${ended} ${judged.verdict.correct}`)).size).toBe(3);
});

describe('a completion', () => {
  it('has its verdict, format, parts with reasons, and total', async () => {
    const scorer = await Scorer.open(recipe);
    expect(scorer.score(parity, RIGHT)).toMatchObject({
      ended: true,
      judged: { parsed: { think: 'ok', answer: '1' }, verdict: { correct: true } },
      parts: [
        { name: 'accuracy', value: 1, reason: { code: 'right' } },
        { name: 'repetition', value: 0 },
      ],
      total: recipe.reward.accuracy,
    });
    const broken = scorer.score(parity, RIGHT.replace('</think>', ''));
    expect(broken.judged.parsed.thinkFault).toEqual({ code: 'missing', values: { tag: '</think>' } });
    expect(broken.parts[0]).toMatchObject({ value: -1, reason: { code: 'missing' } });
    expect(broken.total).toBeLessThan(0);
  });

  it('ends at its first end token, and without one is cut off', async () => {
    const scorer = await Scorer.open(recipe);
    expect(scorer.score(parity, `${RIGHT}0</think>`)).toEqual(scorer.score(parity, RIGHT));
    expect(scorer.score(parity, '<think></think>1')).toMatchObject({
      ended: false,
      judged: { verdict: { correct: false, reason: { code: 'cut_off' } } },
    });
    expect(scorer.score(parity, '').ids).toEqual([]);
    expect(() => scorer.score(parity, '日')).toThrow(
      'completion: character "日" at position 1 is outside the vocabulary',
    );
  });

  it('of a prompt with an answer is matched as text', async () => {
    const scorer = await Scorer.open(recipe);
    const own = playProblem({ prompt: 'two plus two?', answer: '4' }, null, 'problem');
    expect(scorer.score(own, '<think></think>4<|im_end|>').judged.verdict.correct).toBe(true);
    expect(scorer.score(own, '<think></think>5<|im_end|>').judged.verdict.correct).toBe(false);
  });
});

describe('a group', () => {
  const texts = [RIGHT, WRONG, WRONG, '<think>1'];
  it.each(['group', 'batch', 'none'] as const)('has the advantages of scaleRewards %s', async (scale) => {
    const scorer = await Scorer.open(withFields(recipe, { 'grpo.scaleRewards': scale }));
    const { completions, advantages } = scorer.group(parity, texts);
    expect(advantages).toEqual(
      groupAdvantages(
        completions.map(({ total }) => total),
        4,
        scale,
      ),
    );
  });

  it('has the token weights of the loss, 0 for a masked completion', async () => {
    const set = { 'grpo.lossType': 'grpo', 'grpo.maskTruncated': true };
    const { completions, weights, advantages } = (await Scorer.open(withFields(recipe, set))).group(parity, texts);
    const lengths = completions.map(({ ids }) => ids.length);
    expect(weights).toEqual([1 / 4 / lengths[0]!, 1 / 4 / lengths[1]!, 1 / 4 / lengths[2]!, 0]);
    expect(advantages!.reduce((sum, one) => sum + one, 0)).toBeCloseTo(0, 12);
    expect((await Scorer.open(recipe)).group(parity, [RIGHT]).advantages).toBeNull();
  });
});

it.each([
  [{ prompt: '1=' }, 'problem: answer: is missing'],
  [{ prompt: '1=', answer: '1', task: 'chess', problem: {} }, 'problem: task "chess" is unknown; use one of parity, '],
  [{ prompt: '1=', answer: '1', problem: {} }, 'problem: task is missing; use one of parity, '],
  [{ prompt: '1=', answer: '1', task: 'parity', problem: { bits: 3 } }, 'problem: problem: bits: '],
])('refuses the problem %j', (json, message) => {
  expect(() => playProblem(json, null, 'problem')).toThrow(message);
});
