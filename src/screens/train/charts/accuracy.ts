/** Accuracy of the rollouts: pass@1 and pass@G; and of held-out problems after each stage, in words. */

import type { EvaluationEvent } from '../../../lab/run/events';
import { meansOfAllGroups } from '../../../lab/run/groupMetrics';
import type { RunData } from '../../../store/run';
import { fixed, inWords, percent } from '../../shared/format';
import { type ChartRecord, grpoData, ofAllGroups, SMOOTHED } from './chart';

const settingsOf = ({ start }: RunData) => {
  const { groupSize = 8, dynamicSampling = 'off' } = start?.recipe.grpo ?? {};
  return { groupSize, resamples: dynamicSampling !== 'off' };
};

/** Effect of storing weights in f16, where a run does. */
const storageWords = ({
  storage_logp_difference: cost,
  storage_gradient_difference: gradient,
}: EvaluationEvent): string =>
  (cost
    ? ` Storing in f16 changes a log-probability by ${fixed(cost.mean, 4)} on average, ${fixed(cost.max, 4)} at most.`
    : '') + (gradient ? ` It changes the gradient by ${fixed(100 * gradient.relative, 2)} % of its norm.` : '');

function heldOutWords({ evaluations }: RunData): string {
  const last = evaluations.at(-1);
  if (!last) return 'Held-out accuracy is measured after each stage.';
  const { stage, greedy, sampled } = last;
  const when = stage === 'base' ? 'before training' : `after ${stage.toUpperCase()}`;
  return `On held-out problems, ${when}: ${percent(greedy.accuracy)} greedy, ${percent(sampled.accuracy)} sampled.${storageWords(last)}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const accuracy: ChartRecord = {
  title: 'Accuracy',
  explanation:
    'pass@1: share of right answers among all completions. pass@G: share of groups with at least one right completion. Rising is good; pass@1 near pass@G means that the model is sure of what it can do. With dynamic sampling, pass@1 counts every sampled group and pass@G the groups with a learning signal.',
  limits: [0, 1],
  series(run) {
    const { groupSize, resamples } = settingsOf(run);
    return [
      {
        key: 'accuracy',
        label: resamples ? 'pass@1, all sampled' : 'pass@1',
        color: 'var(--run-1)',
        smooth: SMOOTHED,
        digits: 3,
      },
      {
        key: 'passG',
        label: `pass@${groupSize}${resamples ? ', groups with a signal' : ''}`,
        color: 'var(--grey)',
        dash: '5 3',
        digits: 3,
      },
    ];
  },
  data(run) {
    const passG = `pass@${settingsOf(run).groupSize}`;
    return grpoData(run, { accuracy: (read) => ofAllGroups(read, 'accuracy'), passG: (read) => read(passG) ?? 0 });
  },
  headline({ grpo }) {
    const { last } = grpo;
    return last ? percent(meansOfAllGroups(last.metrics).accuracy) : null;
  },
  words(run) {
    const { last } = run.grpo;
    const answers = settingsOf(run).resamples ? 'all sampled answers' : 'the answers';
    const right = last ? `${capital(inWords(meansOfAllGroups(last.metrics).accuracy))} of ${answers} are right. ` : '';
    return right + heldOutWords(run);
  },
};
