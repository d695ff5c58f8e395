/** Recipe of the killed runs: every stage, and every option with a state that a checkpoint must keep. */

import { withFields } from '../../src/lab/recipe/recipe';
import { SMALLEST } from '../../src/lab/run/continued.fixture';
import { random } from '../../src/random';

export const RECIPE = withFields(SMALLEST, {
  ...{ 'sft.steps': 8, 'grpo.steps': 8, 'grpo.updates': 2, 'grpo.beta': 0.1, 'grpo.referenceSync': 3 },
  ...{ 'grpo.entropyTarget': 0.5, 'grpo.dynamicSampling': 'reward', 'curation.select': 'band', 'curation.low': 0 },
  ...{ 'curation.high': 1, 'curation.pool': 12, 'curation.samples': 2, 'curation.refreshEvery': 3 },
  ...{ 'checkpoints.everySteps': 3, 'checkpoints.everySeconds': 0 },
});

/** Kills in one run of the tests, and the seed of their moments: `npm run kill-test -- --times 50 --seed 1`. */
export const KILLS = Number(process.env.KILL_TIMES ?? 4);
export const SEED = Number(process.env.KILL_SEED ?? 0);

/** Moment of a kill, as a share of the run's duration, and if a second kill follows. */
export function momentOf(trial: number): { readonly share: number; readonly second: number | null } {
  const { next } = random(SEED, 'kill', trial);
  // most of the time that is measured lies before the end; clicks and starts take the rest
  const share = 0.7 * next();
  return { share, second: next() < 0.3 ? next() : null };
}
