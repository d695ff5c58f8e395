/** Speed of a typical CPU, for the time of a run before this browser has measured its own. */
import type { StepSize } from '../lab/run/memory';
import type { Measured, Stage } from './speed';

/** Device name of the CPU in measurements. */
export const CPU = 'cpu';

/** Name of the recipe that every CPU trains in a few minutes. */
export const SMALL_RECIPE = 'parity-8-nano';

/** Size of the small recipe, as `estimateMemory` finds it. */
export const SMALL_SIZE: StepSize = { weights: 91_456, longest: 34 };

/** Measured with the small recipe on one core of a server of 2023. */
const SECONDS: Readonly<Record<Stage, number>> = {
  compile: 1,
  sft: 1.9e-4,
  grpo: 6.1e-4,
  evaluation: 3.1e-4,
  curation: 3.1e-4,
};

export const typicalCpu = (stage: Stage): Measured => ({
  device: CPU,
  stage,
  weights: SMALL_SIZE.weights,
  seconds: SECONDS[stage],
});
