/** Edits of the bench, points of a curve, typed numbers, and the two sets of edits. */
import { beforeEach, describe, expect, it } from 'vitest';
import { smallStart } from '../../lab/run/smallRun.fixture';
import { rewardTerms } from '../../rewards';
import { accuracy } from '../../rewards/accuracy';
import { constantsOf } from '../../rewards/term';
import { lab } from '../../store/lab';
import { INITIAL_REWARD } from '../../store/rewardChoice';
import {
  baseRecipe,
  chooseSlot,
  copyToOther,
  dropB,
  editedRecipe,
  editReward,
  resetReward,
  shownChanges,
} from '../../store/rewardEdits';
import { emptyRun } from '../../store/run';
import { benchEdits } from './benchText';
import { afterKey, movedTo, rangeOf, samplesOf, scaleX, scaleY } from './curveScale';
import { fieldsOfTerm, fieldText, typedNumber } from './termFields';

const { recipe } = smallStart;
const TEXT = '<think>1,0</think>1<|im_end|>';

it.each([
  [TEXT, '<think>1,01<|im_end|>', '<think>1,0</think>11<|im_end|>', '<think>1,01,0</think>1<|im_end|>'],
  ['1', null, '11', null],
  ['<think></think>', '<think>', null, null],
  ['</think>0<think>', '0<think>', '</think>0<think>0<think>', null],
])('the bench edits %s', (text, ...results) => {
  expect(benchEdits.map(({ change }) => change(text))).toEqual(results);
});

describe('a curve', () => {
  const constants = constantsOf(accuracy, recipe.reward) as never;
  const { lMax } = recipe.reward;
  const curve = accuracy.curve!(constants, lMax);
  const fields = new Map(fieldsOfTerm(accuracy).constants.map((field) => [field.name, field]));
  const [start, end] = curve.lines[0]!.points as [never, never];

  it('has its points on its lines', () => {
    for (const { valueAt, points } of curve.lines) for (const { x, y } of points) expect(valueAt(x)).toBeCloseTo(y, 9);
    const { low, high } = rangeOf(curve);
    for (const { y } of samplesOf(curve).flat()) expect(y >= low && y <= high).toBe(true);
    const box = { left: 40, right: 340, top: 10, bottom: 110 };
    expect([scaleX(lMax, lMax, box), scaleY(low, { low, high }, box)]).toEqual([340, 110]);
  });

  it('moves a point within the ranges of its constants; a fixed measure stays', () => {
    expect(movedTo(start, { x: 12.04, y: 0.52 }, fields, lMax)).toEqual({
      'reward.lPos': 12,
      'reward.rightShort': 0.5,
    });
    expect(movedTo(start, { x: 999, y: 99 }, fields, lMax)['reward.lPos']).toBeLessThan(lMax);
    expect(movedTo(start, { x: -5, y: 99 }, fields, lMax)).toEqual({ 'reward.lPos': 0, 'reward.rightShort': 10 });
    expect(movedTo(end, { x: 3, y: -0.3 }, fields, lMax)).toEqual({ 'reward.rightLong': -0.3 });
  });

  it('moves by arrow keys, four times as far with Shift', () => {
    const point = { label: 'a', x: 2, y: 1 };
    expect(afterKey('ArrowUp', false, point, 0.5)).toEqual({ x: 2, y: 1.05 });
    expect(afterKey('ArrowLeft', true, point, 0.5)).toEqual({ x: 0, y: 1 });
    expect(afterKey('a', false, point, 0.5)).toBeNull();
  });

  it('of each term begins with finite values', () => {
    for (const term of rewardTerms) {
      const drawn = term.curve?.(constantsOf(term, recipe.reward), lMax);
      for (const { y } of drawn ? samplesOf(drawn).flat() : []) expect(Number.isFinite(y)).toBe(true);
    }
  });
});

it('reads typed numbers with a point, a comma or a true minus sign, and keeps other text', () => {
  expect(['0.5', ' 0,5', '−2', '1e-3'].map(typedNumber)).toEqual([0.5, 0.5, -2, 0.001]);
  expect(['', 'abc', '1.2.3'].map(typedNumber)).toEqual(['', 'abc', '1.2.3']);
  expect([fieldText(8 / 13), fieldText('abc')]).toEqual(['0.615385', 'abc']);
});

describe('the edits', () => {
  const base = () => baseRecipe(lab.getState());
  const shown = () => shownChanges(lab.getState().reward);
  beforeEach(() => {
    lab.setState({ run: { ...emptyRun(), start: smallStart } });
    lab.setState({ reward: INITIAL_REWARD });
  });

  it('drop a field that has the value of the run again', () => {
    editReward({ 'reward.length': 0.3, 'reward.rightLong': 1 });
    expect(editedRecipe(base(), shown()).fields).toEqual(['reward.rightLong', 'reward.length']);
    editReward({ 'reward.length': 0 });
    expect(shown()).toEqual({ 'reward.rightLong': 1 });
    resetReward(['reward.rightLong']);
    expect(shown()).toEqual({});
  });

  it('keep what does not fit, with its fault', () => {
    editReward({ 'reward.rightLong': 'abc' });
    editReward({ 'reward.lPos': 999 });
    const { recipe: none, faults } = editedRecipe(base(), shown());
    expect([none, Object.keys(faults!)]).toEqual([null, ['reward.rightLong']]);
    editReward({ 'reward.rightLong': 0.5 });
    expect(editedRecipe(base(), shown()).faults).toEqual({
      'reward.lPos': expect.stringContaining('must be below L max'),
    });
  });

  it('have two sets: B begins as A, and either is copied over the other', () => {
    editReward({ 'reward.length': 0.3 });
    chooseSlot('B');
    editReward({ 'reward.brevity': 0.1 });
    expect(lab.getState().reward.A).toEqual({ 'reward.length': 0.3 });
    copyToOther();
    expect(lab.getState().reward.A).toEqual({ 'reward.length': 0.3, 'reward.brevity': 0.1 });
    dropB();
    expect(lab.getState().reward).toMatchObject({ slot: 'A', B: null });
  });

  it('start from the recipe with the changes that the run took', () => {
    const { run } = lab.getState();
    const change = { 'reward.length': { from: 0, to: 0.3 } };
    run.changes.push({ type: 'apply', stage: 'grpo', step: 1, fields: change });
    expect(base().reward.length).toBe(0.3);
  });
});
