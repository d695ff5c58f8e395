/** Run of constant metrics, for tests of alerts that change some of them. */
import { SMALL } from '../smallRun.fixture';
import type { AlertRun } from './alert';

type Series = number | ((step: number) => number);

export interface Given {
  readonly steps: number;
  /** Value of each metric by step, from 1, or one value for all. */
  readonly metrics: Readonly<Record<string, Series>>;
  readonly sft?: readonly number[];
  readonly reward?: Readonly<Record<string, unknown>>;
  readonly evaluations?: AlertRun['evaluations'];
}

const CALM: Given['metrics'] = {
  reward: 0.4,
  reward_std: 0.5,
  accuracy: 0.6,
  kl: 0.02,
  entropy: 0.2,
  frac_reward_zero_std: 0.1,
  'completions/mean_length': 12,
  'completions/clipped_ratio': 0.01,
  'rewards/accuracy/std': 0.8,
  'rewards/repetition/std': 0.1,
};

/** @param steps that have passed; fewer than `given.steps` makes a run that goes on */
export function givenRun(given: Given, steps = given.steps): AlertRun {
  const metrics = { ...CALM, ...given.metrics };
  return {
    vocabulary: 104,
    sft: (given.sft ?? [4.6, 0.3]).map((loss) => ({ loss })),
    length: steps,
    metric(i, name) {
      const series = metrics[name];
      return typeof series === 'function' ? series(i + 1) : series;
    },
    recipeAt: () => ({
      grpo: { ...SMALL.grpo, prompts: 16, groupSize: 8 },
      reward: { ...SMALL.reward, ...given.reward } as typeof SMALL.reward,
    }),
    evaluations: given.evaluations ?? [],
  };
}
