/** Numbers, scales and curves of Evaluate. */
import { describe, expect, it } from 'vitest';
import { spreadOf } from '../../lab/report/results';
import { missingWords, rangeWords } from './ArmRow';
import { armSeries } from './Curves';
import { verdictOf } from './Outcome';
import { inOrder } from './Report';
import { evaluationLines, problemsWords, shareWithError } from './RunEvaluations';
import { inUnit, scaleEnd, scaleOf, spreadInUnit } from './unitFormat';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('a measured number', () => {
  it('has its unit, and its spread where it was measured more than once', () => {
    expect(plain(spreadInUnit(spreadOf([0.5, 0.6, 0.4]), 'share'))).toBe('50.0 ± 10.0 %');
    expect(plain(spreadInUnit(spreadOf([0.25]), 'share'))).toBe('25.0 %');
    expect(plain(spreadInUnit(spreadOf([-0.03, -0.05]), 'points'))).toBe('−4.0 ± 1.4 points');
    expect(inUnit(1.5, 'ratio')).toBe('1.50×');
    expect(inUnit(0.31, 'reward')).toBe('+0.31');
  });

  it('shares a scale from 0 that holds every seed and error bar', () => {
    expect(scaleOf([spreadOf([0.2])], 'share')).toEqual([0, 1]);
    expect(scaleOf([spreadOf([12, 16]), null], 'tokens')).toEqual([0, 20]);
    expect(scaleOf([spreadOf([-0.02, 0.31])], 'points')).toEqual([-0.1, 0.4]);
    expect(scaleOf([], 'number')).toEqual([0, 1]);
    expect([plain(scaleEnd(1, 'share')), scaleEnd(-0.15, 'points')]).toEqual(['100 %', '−15']);
  });

  it('has an interval as a share, with a width at 0 and 100 % too', () => {
    expect(plain(shareWithError(0.5, 100))).toBe('50 % (40–60)');
    expect(plain(shareWithError(1, 100))).toBe('100 % (96–100)');
    expect(plain(shareWithError(0, 1))).toBe('0 % (0–79)');
  });
});

describe('a setting that ran here', () => {
  it('has its place among the numbers of the seeds', () => {
    const spread = { values: [0.5, 0.4, 0.6] };
    const words = (value: number) => plain(rangeWords(value, spread, 'share'));
    expect([0.4, 0.55, 0.6].map(words)).toEqual(Array(3).fill('within the range of the seeds'));
    expect(words(0.75)).toBe('15.0 points above the range of the seeds');
    expect(words(0.375)).toBe('2.5 points below the range of the seeds');
    expect(plain(rangeWords(1.5, { values: [1.2] }, 'ratio'))).toBe('0.30× above the range of the seeds');
  });

  it('says what its numbers wait for', () => {
    const run = (hasEnded: boolean) => ({ run: 'r', title: 'r', hasEnded, adapter: 'cpu', checkpoint: null });
    const words = (runs: readonly boolean[], evaluation: Parameters<typeof missingWords>[1]['evaluation'] = null) =>
      missingWords({ arm: 'a', seed: 0, runs: runs.map(run), answers: 12, cells: null }, { evaluation });
    expect(words([false])).toContain('has not come to its end');
    expect(words([true, false])).toContain('1 of 2 runs has come to the end');
    const asked = { problems: 30, samples: 50, temperature: 1, of: 5 };
    expect(words([true], asked)).toContain('50 answers to each of 30 problems; 12 are there.');
  });
});

describe('curves', () => {
  const axes = { arm: 'GRPO', x: 'step', y: 'tokens' };
  it('are a mean with its band where seeds share their x', () => {
    const lines: [number, number][][] = [[[0, 1], [1, 2]], [[0, 3], [1, 2]]]; // biome-ignore format: pairs
    const { series, values } = armSeries({ ...axes, lines }, 0);
    expect(series.map(({ key, band }) => [key, band])).toEqual([
      ['0.band', ['0.low', '0.high']],
      ['0', undefined],
    ]);
    expect(values[0]).toEqual([0, { '0': 2, '0.low': 2 - Math.SQRT2, '0.high': 2 + Math.SQRT2 }]);
    expect(values[1]).toEqual([1, { '0': 2, '0.low': 2, '0.high': 2 }]);
  });

  it('have one line per seed where they do not', () => {
    const { series, values } = armSeries({ ...axes, lines: [[[4, 0.4]], [[5, 0.6]]] }, 1);
    expect(series.map(({ key, dots }) => [key, dots])).toEqual([
      ['1.0', true],
      ['1.1', true],
    ]);
    expect(values).toEqual([
      [4, { '1.0': 0.4 }],
      [5, { '1.1': 0.6 }],
    ]);
  });
});

it("lists the report's findings by number, and lessons of this lab after them", () => {
  const { report, lessons } = inOrder(['Lessons', 'E10', 'E2'].map((id) => ({ id })));
  expect([report, lessons]).toEqual([[{ id: 'E2' }, { id: 'E10' }], [{ id: 'Lessons' }]]);
  expect(['E1', 'Lessons'].map((id) => verdictOf({ id, verdict: 'partly' }))).toEqual([
    'agrees in part',
    'shown in part',
  ]);
});

it("puts a task's stages together", () => {
  const measured = { problems: 256, accuracy: 1, partial: 1, meanLength: 1, truncated: 0 };
  const both = { greedy: measured, sampled: measured };
  const few = { ...measured, problems: 56 };
  const others = [{ task: 'addition', level: 2, greedy: few, sampled: few }];
  const events = (['sft', 'grpo'] as const).map((stage) => ({ type: 'evaluation' as const, stage, ...both, others }));
  const lines = evaluationLines({ task: 'parity', level: 12 }, events);
  expect(problemsWords(lines, 256)).toBe('56–256 held-out problems per task');
  expect(problemsWords(lines.slice(0, 2), 256)).toBe('256 held-out problems per task');
  expect(lines.map(({ task, stage }) => [task, stage])).toEqual([
    ['parity', 'sft'],
    ['parity', 'grpo'],
    ['addition', 'sft'],
    ['addition', 'grpo'],
  ]);
});
