import { percent } from '../../../units';
import { type AlertRecord, type AlertRun, meanOver, numberOf, type Values } from './alert';

/** Steps of each compared window, and the steps between their starts: long enough for noise to average out. */
const WINDOW = 10;
const APART = 20;
/** Rise of the reward as a share of its spread. The gradient follows the spread, so a smaller rise is noise. */
const RISE = 0.1;
/** Fall of accuracy that matters at all, and its size in standard errors, so that small batches raise no false alert. */
const FALL = 0.05;
const ERRORS = 3;

/** Standard error of the difference of two shares, each of `answers` answers, at its largest. */
const errorOf = (answers: number): number => Math.sqrt((2 * 0.25) / Math.max(1, answers));

function compared(run: AlertRun, i: number): Values | null {
  const to = i + 1;
  const from = to - WINDOW - APART;
  const mean = (name: string, start: number) =>
    meanOver(
      run,
      run.metric(i, `dynamic_sampling/${name}`) === undefined ? name : `dynamic_sampling/${name}`,
      start,
      start + WINDOW,
    );
  const [reward_before, accuracy_before] = [mean('reward', from), mean('accuracy', from)];
  const [reward, accuracy] = [mean('reward', to - WINDOW), mean('accuracy', to - WINDOW)];
  const spread = meanOver(run, 'reward_std', from, from + WINDOW);
  if (reward_before === null || accuracy_before === null || reward === null || accuracy === null) return null;
  const { prompts, groupSize } = run.recipeAt(i).grpo;
  const fall = Math.max(FALL, ERRORS * errorOf(WINDOW * prompts * groupSize));
  if (reward - reward_before < RISE * (spread ?? 0) || reward <= reward_before) return null;
  if (accuracy_before - accuracy < fall) return null;
  return { reward_before, reward, accuracy_before, accuracy, steps: APART, on: 'fresh' };
}

/** Held-out accuracy before and after GRPO, against the reward of its first and last steps. */
function heldOut(run: AlertRun): Values | null {
  const before = run.evaluations.findLast(({ stage }) => stage !== 'grpo')?.sampled;
  const after = run.evaluations.findLast(({ stage }) => stage === 'grpo')?.sampled;
  const [reward_before, reward] = [
    meanOver(run, 'reward', 0, Math.min(WINDOW, run.length)),
    meanOver(run, 'reward', Math.max(0, run.length - WINDOW), run.length),
  ];
  if (!before || !after || reward_before === null || reward === null || reward <= reward_before) return null;
  const fall = Math.max(FALL, ERRORS * errorOf(after.problems));
  if (before.accuracy - after.accuracy < fall) return null;
  const accuracies = { accuracy_before: before.accuracy, accuracy: after.accuracy };
  return { reward_before, reward, ...accuracies, steps: run.length, on: 'held-out' };
}

/**
 * Reward rises while accuracy falls: the policy earns by something other than right answers. Accuracy comes from held-out problems
 * where a stage was evaluated, and else from the prompts of each step, which are new to the policy.
 */
export const hacking: AlertRecord = {
  code: 'hacking',
  kind: 'warning',
  stage: 'grpo',
  steps: 3,
  start: (run) => (i) => compared(run, i),
  evaluated: heldOut,
  // a wrong answer that earns much
  blame: ({ correct, reward }) => (correct ? -1e9 : reward),
  words(values) {
    const of = (name: string) => numberOf(values, name);
    return {
      title: 'Reward up, accuracy down',
      detail:
        `in ${of('steps')} steps the reward rose from ${of('reward_before').toFixed(2)} to ${of('reward').toFixed(2)}, ` +
        `accuracy on ${values.on === 'held-out' ? 'held-out' : 'new'} problems fell from ` +
        `${percent(of('accuracy_before'), 0)} to ${percent(of('accuracy'), 0)}; look for traces that earn without being right`,
    };
  },
};
