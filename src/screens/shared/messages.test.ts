/** Messages about a step, a completion and a chart: their kinds and words. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { alertsOf, sftAlertsOf } from './alertsOf';
import { dataOf, type Series } from './chart/series';
import { chartSummary } from './chart/summary';
import { flawsOf, formatOf } from './judgement';
import { Notice } from './Notice';

describe('the alerts of a step', () => {
  const kinds = (metrics: Record<string, number>) =>
    alertsOf({ metrics: { entropy: 1, ...metrics } }, 104).map(({ kind, title }) => [kind, title]);
  const noSpread = { frac_groups_zero_std: 0.9, frac_accuracy_zero_std: 0.9 };

  it('mark success as success, and a missing signal as a warning', () => {
    expect(kinds({ ...noSpread, frac_all_wrong: 0 })).toEqual([['success', 'Nearly solved']]);
    expect(kinds({ ...noSpread, frac_all_wrong: 0.9 })).toEqual([['warning', 'No signal']]);
    expect(kinds({})).toEqual([]);
  });

  it('warn of an entropy of 0 only where the policy is not right', () => {
    expect(kinds({ entropy: 0, accuracy: 1 })).toEqual([['note', 'Entropy is near 0']]);
    expect(kinds({ entropy: 0, accuracy: 0.2 })).toEqual([['warning', 'Entropy has collapsed']]);
  });

  it('warn of truncation and KL, and call a policy that guesses an error', () => {
    expect(kinds({ 'completions/clipped_ratio': 0.6, kl: 3 })).toEqual([
      ['warning', 'Truncation'],
      ['warning', 'KL is high'],
    ]);
    expect(kinds({ entropy: Math.log(104) })).toEqual([['error', 'The policy guesses']]);
    const values = { best_accuracy: 0.6, accuracy: 0, first_reward: 0.2, reward: -0.5, kl: 9, first_entropy: 0.2 };
    const alert = { code: 'policy_destroyed', values: { ...values, entropy: 3, clipped: 0 } } as const;
    expect(alertsOf({ metrics: { entropy: 1 }, alert }, 104)).toEqual([
      {
        kind: 'error',
        title: 'The policy is destroyed',
        detail: expect.stringContaining('from 60 % to 0 %, KL is 9.00'),
      },
    ]);
  });
});

describe('the alerts of SFT', () => {
  const titles = (...losses: number[]) =>
    sftAlertsOf(
      losses.map((loss) => ({ loss })),
      104,
    ).map(({ title }) => title);

  it('call a loss beyond guessing an error, and one unlucky batch nothing', () => {
    expect(titles(4.7, 30, 82, 79)).toEqual(['SFT diverges']);
    expect(titles(4.7, 4.5, 30, 3)).toEqual([]);
    expect(titles(4.7, 4.8, 4.7, 4.8)).toEqual([]); // before the warm-up has begun to move it
    expect(titles(82, 79)).toEqual([]);
    expect(titles()).toEqual([]);
  });

  it('of a policy without SFT do not blame the learning rate', () => {
    const guesses = { metrics: { entropy: 4.6, accuracy: 0.1 } };
    expect(alertsOf(guesses, 104, true)).toEqual([
      { kind: 'note', title: 'The policy guesses', detail: expect.stringContaining('it had no SFT') },
    ]);
    expect(alertsOf(guesses, 104)[0]).toMatchObject({ kind: 'error' });
  });
});

it('a notice of each kind has its role, and says its kind', () => {
  const html = (['success', 'note', 'warning', 'error'] as const).map((kind) =>
    renderToStaticMarkup(createElement(Notice, { kind, shape: 'pill' }, 'text')),
  );
  expect(html.map((one) => /role="(\w+)"/.exec(one)?.[1])).toEqual(['status', 'status', 'status', 'alert']);
  expect(html.map((one) => /<span[^>]*>(\w+): </.exec(one)?.[1])).toEqual(['Success', 'Note', 'Warning', 'Error']);
});

describe('the format of a completion', () => {
  const whole = '<think>1 0 1</think>0<end>';
  it.each([
    [true, whole, 'format ok'],
    [false, '<think>1 0 1</think>0', 'cut off'],
    [true, '0<end>', '<think> is missing'],
    [true, '<think>1<think></think>0<end>', '<think> occurs 2 times'],
    [false, '<think>1', 'cut off; </think> is missing'],
  ] as const)('ended %s, %s: %s', (ended, text, words) => {
    expect(formatOf({ ended, text })).toEqual({ ok: words === 'format ok', words });
  });
  it('has two flaws where a completion without tags is cut off', () =>
    expect(flawsOf({ ended: false, text: '1' })).toEqual(['cut off', 'without format']));
});

describe('the summary of a chart', () => {
  const series: Series[] = [
    { key: 'band', label: '± sd', color: '', band: ['low', 'high'], digits: 2 },
    { key: 'reward', label: 'reward', color: '', digits: 2 },
    { key: 'longest', label: 'longest', color: '', digits: 0 },
  ];
  it('names the ends and turns of each line', () => {
    const points = [-0.3, 0.6, 0.5].map((reward, i) => ({ x: i + 1, low: 0, high: 1, reward, longest: 9 }));
    expect(chartSummary(dataOf(points), series, 'step')).toBe(
      'over step: reward from −0.30 at 1 to 0.50 at 3, highest 0.60 at 2; longest from 9 at 1 to 9 at 3',
    );
    expect(chartSummary(dataOf(points.slice(0, 1)), series, 'step')).toBe(
      'over step: reward −0.30 at 1; longest 9 at 1',
    );
  });
  it('says that there is nothing yet, and leaves gaps out', () => {
    expect(chartSummary(dataOf([{ x: 1, reward: null, longest: Number.NaN }]), series, 'step')).toBe('no points yet');
  });
});
