/** Words for a run on the page: its milestones, and the reason for an empty group. */

import type { LabState } from '../../store/lab';
import type { RunData } from '../../store/run';
import { percent } from './format';

type Shown = Pick<LabState, 'source' | 'status'>;

const accuracyOf = (run: RunData, stage: 'sft' | 'grpo'): string => {
  const found = run.evaluations.findLast((one) => one.stage === stage);
  return found ? `: ${percent(found.greedy.accuracy)} of held-out problems right` : '';
};

const hasNoGrpo = ({ start }: RunData): boolean => start?.recipe.grpo.steps === 0;

const failedWords = (source: LabState['source']): string =>
  source === 'stored' ? 'The stored run cannot be read.' : 'The run failed.';

/** Last milestone of a run, for screen readers; empty before the first. */
export function milestone(run: RunData, { source, status }: Shown): string {
  const recorded = source === 'replay';
  if (status === 'failed') return recorded ? 'The recording cannot be read.' : failedWords(source);
  if (run.summary) {
    if (run.grpo.length > 0) return `GRPO is done${accuracyOf(run, 'grpo')}.`;
    return `The run is done${accuracyOf(run, 'sft')}. It has no GRPO steps.`;
  }
  if (status === 'finished') return recorded ? 'The recording ends before its run does.' : 'The run was stopped.';
  if (!run.evaluations.some(({ stage }) => stage === 'sft')) return '';
  return `SFT is done${accuracyOf(run, 'sft')}.${hasNoGrpo(run) ? '' : ' GRPO begins.'}`;
}

/** Reason for which a run without a GRPO step has no group to show. */
export function noGroupReason(run: RunData, { source, status }: Shown): string {
  const recorded = source === 'replay';
  if (run.grpo.last) return `Loading the group of step ${run.grpo.last.step} …`;
  if (status === 'failed')
    return recorded
      ? 'The recording cannot be read up to a GRPO step, so there is no group to show.'
      : 'The run failed before its first GRPO step, so there is no group to show.';
  if (hasNoGrpo(run)) return 'This run has no GRPO steps, so there is no group to show: “Steps” of GRPO is 0.';
  if (run.summary) return 'This run ended without a GRPO step, so there is no group to show.';
  if (status === 'finished')
    return recorded
      ? 'The recording ends before its first GRPO step, so there is no group to show.'
      : 'The run was stopped before its first GRPO step, so there is no group to show.';
  const groupSize = run.start?.recipe.grpo.groupSize ?? 8;
  const when = run.stage === 'grpo' ? 'The' : 'When GRPO begins, after SFT, the';
  return `${when} model answers each problem ${groupSize} times and every answer is compared with its group.`;
}
