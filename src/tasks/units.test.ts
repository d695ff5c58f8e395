import { describe, expect, it } from 'vitest';
import { taskProperties } from './properties.fixture';
import { units } from './units';

type Conversion = Parameters<typeof units.verify>[0];

taskProperties(units, {
  /** Judges in exact fractions: the answer times all divisors is the amount times all factors. */
  isRight({ amount, ratios }, answer) {
    if (!/^[1-9][0-9]{0,20}$/.test(answer)) return false;
    const product = (numbers: number[]) => numbers.reduce((all, n) => all * BigInt(n), 1n);
    return BigInt(answer) * product(ratios.map(({ of }) => of)) === product([amount, ...ratios.map(({ is }) => is)]);
  },
  mutations: ({ answer, problem }, stream) => [
    String(Number(answer) + stream.integer(1, 9)),
    String(Number(answer) - stream.integer(1, 9)),
    `${answer}0`,
    `${answer}.0`,
    `0${answer}`,
    `+${answer}`,
    `-${answer}`,
    `${answer}${problem.ratios.at(-1)!.isUnit}`,
    `${answer} ${problem.ratios.at(-1)!.isUnit}`,
    '１２',
    '9'.repeat(100_000),
  ],
});

describe('word problems', () => {
  const pens: Conversion = { amount: 5, unit: 'pens', ratios: [{ of: 3, ofUnit: 'pens', is: 12, isUnit: 'c' }] };
  const chained: Conversion = {
    amount: 2,
    unit: 'h',
    ratios: [
      { of: 1, ofUnit: 'h', is: 60, isUnit: 'min' },
      { of: 3, ofUnit: 'min', is: 7, isUnit: 'mg' },
    ],
  };

  it('are traced by the steps of the computation', () => {
    const traces = (problem: Conversion, answer: string) =>
      units.traces({ prompt: '', answer, problem }).map(({ completion }) => completion);
    expect(traces(pens, '20')).toEqual([
      '<think></think>20',
      '<think>12/3=4,5*4=20</think>20',
      '<think>12/3=5x,12/3=4,5*4=20</think>20',
    ]);
    expect(traces(chained, '280')[1]).toBe('<think>2*60=120,120/3=40,40*7=280</think>280');
  });

  it.each([
    [{ ...pens, amount: 0 }, 'Too small'],
    [{ ...pens, unit: 'h' }, 'starts at pens; h is to be converted'],
    [{ ...pens, ratios: [{ of: 2, ofUnit: 'pens', is: 3, isUnit: 'c' }] }, 'comes to 7.5 c, which is not whole'],
    [{ ...pens, ratios: [] }, 'Too small'],
    [
      {
        ...pens,
        ratios: ['a', 'b', 'c'].map((isUnit, i) => ({ of: 1, ofUnit: ['pens', 'a', 'b'][i], is: 1e6, isUnit })),
      },
      'more than can be counted exactly',
    ],
    [{ ...pens, unit: 'ñ' }, 'units are 1 to 12 letters'],
  ])('refuse %j', (bad, message) => {
    const issues = units.problemSchema.safeParse(bad).error?.issues ?? [];
    expect(issues.map((issue) => issue.message).join()).toContain(message);
  });
});
