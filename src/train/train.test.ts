/** Pure functions of training, against numbers worked out by hand. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { groupAdvantages } from './advantages';
import { lossByName } from './losses/index';
import { tokenWeights } from './losses/policyLoss';
import { rewardMetrics } from './metrics';
import { learningRate } from './schedule';
import { lossOptions } from './train.fixture';

const near = (got: readonly number[], want: readonly number[]) =>
  got.forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 10));

describe('advantages', () => {
  it('of groups of three match the values worked out by hand', () => {
    // mean 1, sample deviation 1: (r − 1) / 1.0001; then mean 4, deviation √3
    near(groupAdvantages([0, 1, 2], 3, 'group'), [-1 / 1.0001, 0, 1 / 1.0001]);
    near(groupAdvantages([3, 3, 6], 3, 'none'), [-1, -1, 2]);
    near(
      groupAdvantages([3, 3, 6], 3, 'group'),
      [-1, -1, 2].map((d) => d / (Math.sqrt(3) + 1e-4)),
    );
    // batch: the deviation of 0 1 2 3 3 6 is √(25.5 / 5 …) around 2.5
    const deviation = Math.sqrt([0, 1, 2, 3, 3, 6].reduce((sum, r) => sum + (r - 2.5) ** 2, 0) / 5);
    near(
      groupAdvantages([0, 1, 2, 3, 3, 6], 3, 'batch'),
      [-1, 0, 1, -1, -1, 2].map((d) => d / (deviation + 1e-4)),
    );
  });

  it('are 0 for equal rewards, ignore a constant, and follow a permutation', () => {
    near(groupAdvantages([5, 5, 5], 3, 'group'), [0, 0, 0]);
    const rewards = [0.6, -0.3, 0.1, -0.5];
    const advantages = groupAdvantages(rewards, 4, 'group');
    near(
      groupAdvantages(
        rewards.map((r) => r + 7),
        4,
        'group',
      ),
      advantages,
    );
    near(groupAdvantages([...rewards].reverse(), 4, 'group'), [...advantages].reverse());
  });

  it('need whole groups', () => {
    expect(() => groupAdvantages([1, 2, 3], 2, 'group')).toThrow('3 rewards do not fill groups of 2');
  });
});

describe('token weights', () => {
  const options = { ...lossOptions, maxCompletionLength: 10 };
  const weights = (name: string) => tokenWeights({ ...options, loss: lossByName(name) }, [2, 4, 0]);
  it('match the table of normalisers', () => {
    near(weights('grpo'), [1 / 6, 1 / 12, 1 / 3]);
    near(weights('bnpo'), [1 / 6, 1 / 6, 1 / 6]);
    near(weights('dr_grpo'), [1 / 30, 1 / 30, 1 / 30]);
    near(weights('dapo'), weights('bnpo'));
    near(weights('luspo'), [1 / 3, 1 / 3, 1 / 3]);
  });
});

describe('the learning rate', () => {
  interface Golden {
    readonly decay: 'constant' | 'linear' | 'cosine';
    readonly peak: number;
    readonly warmup: number;
    readonly steps: number;
    readonly rates: number[];
  }
  const { cases } = JSON.parse(readFileSync(new URL('goldens/schedule.json', import.meta.url), 'utf8')) as {
    cases: Golden[];
  };
  it.each(cases)('equals that of transformers: $decay, $warmup of $steps steps', ({ rates, steps, ...given }) => {
    // theirs reaches the floor one step after the last
    const schedule = { ...given, steps: steps + 1, floor: 0 };
    near(
      rates.map((_, step) => learningRate(schedule, step)),
      rates,
    );
    if (given.warmup > 0) expect(learningRate(schedule, 0)).toBe(0);
  });

  it('rises linearly, then falls along a cosine to its floor', () => {
    const schedule = { peak: 1, warmup: 4, steps: 105, decay: 'cosine', floor: 0.1 } as const;
    near(
      [0, 1, 3].map((step) => learningRate(schedule, step)),
      [0, 0.25, 0.75],
    );
    near(
      [4, 54, 104].map((step) => learningRate(schedule, step)),
      [1, 0.55, 0.1],
    );
    expect(learningRate({ ...schedule, decay: 'constant' }, 104)).toBe(1);
    expect(learningRate({ ...schedule, warmup: 0, steps: 1 }, 0)).toBe(1);
  });
});

it('names reward metrics as TRL does', () => {
  const completion = (reward: number, correct: boolean, length: number, ended = true) => ({
    reward,
    correct,
    partial: correct ? 1 : 0,
    length,
    ended,
    parts: [{ name: 'accuracy', value: reward, weight: 1 }],
  });
  const metrics = rewardMetrics(
    [completion(1, true, 4), completion(0, false, 8), completion(-1, false, 9, false), completion(-1, false, 3)],
    { groupSize: 2, scaleRewards: 'group', aggregation: 'sum_then_normalize' },
  );
  expect(metrics).toMatchObject({
    reward: -0.25,
    frac_reward_zero_std: 0.5,
    accuracy: 0.25,
    'pass@2': 0.5,
    frac_all_wrong: 0.5,
    frac_accuracy_zero_std: 0.5,
    'completions/mean_length': 6,
    'completions/min_length': 3,
    'completions/max_length': 9,
    'completions/clipped_ratio': 0.25,
    'completions/mean_terminated_length': 5,
    'completions/max_terminated_length': 8,
    'completions/mean_length_correct': 4,
    'rewards/accuracy/mean': -0.25,
  });
  expect(metrics['reward_std/in_group']).toBeCloseTo(Math.SQRT1_2 / 2, 12);
  // of 1 0 −1 −1 around −1/4
  expect(metrics.reward_std).toBeCloseTo(Math.sqrt((25 + 1 + 9 + 9) / 16 / 3), 12);
});

it('reports partial correctness, the measures of the task, and failures of the custom term', () => {
  const completion = (partial: number, measures?: Record<string, number>, failed?: true) => ({
    ...{ reward: 0, correct: partial === 1, partial, measures, length: 3, ended: true },
    parts: [{ name: 'custom', value: 0, weight: 1, ...(failed && { failed }) }],
  });
  const huge = { distance: Number.MAX_VALUE, gap: 0.5 };
  const metrics = rewardMetrics(
    [completion(1), completion(0.5, huge), completion(0, { ...huge, gap: 0.1 }, true), completion(0)],
    { groupSize: 2, scaleRewards: 'group', aggregation: 'sum_then_normalize' },
  );
  expect(metrics).toMatchObject({ 'answers/partial/mean': 0.375, 'rewards/custom/failed': 0.25 });
  expect(metrics['answers/gap/mean']).toBeCloseTo(0.3, 12); // mean of the two answers that have one
  expect(metrics).not.toHaveProperty('answers/distance/mean'); // an answer of 1e308 must not end a run
});
