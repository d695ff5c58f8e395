/** Curve of a stored run: the mean reward and the accuracy of each GRPO step. */
import type { Journal } from '../../runs/journal';
import { mean } from '../../stats';
import { storedSteps } from './storedSteps';

export interface RunCurve {
  readonly step: readonly number[];
  readonly reward: readonly number[];
  readonly accuracy: readonly number[];
}

export async function runCurve(journal: Pick<Journal, 'read'>): Promise<RunCurve> {
  const curve = { step: [] as number[], reward: [] as number[], accuracy: [] as number[] };
  for await (const { step, groups } of storedSteps(journal)) {
    const rollouts = groups.flatMap((group) => group.rollouts);
    curve.step.push(step);
    curve.reward.push(mean(rollouts.map(({ reward }) => reward)));
    curve.accuracy.push(mean(rollouts.map(({ correct }) => Number(correct))));
  }
  return curve;
}
