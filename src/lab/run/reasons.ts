/** Reasons of a rollout as sentences: that of its verdict, and that of each part of its reward. */
import { rewardTermNamed } from '../../rewards/index';
import { partText } from '../../rewards/term';
import type { WeightedPart } from '../../rewards/total';
import { judgeNamed } from '../../tasks';
import { verdictText } from '../../tasks/verdicts';
import type { Rollout, RolloutGroup } from '../../train/grpo';

/** Reason of the verdict on a rollout as a sentence. */
export const rolloutVerdict = ({ task }: Pick<RolloutGroup, 'task'>, { verdict }: Pick<Rollout, 'verdict'>): string =>
  verdictText(judgeNamed(task) ?? { words: {} }, verdict);

/** Reason of one part of a rollout's reward as a sentence. */
export const partReason = (
  group: Pick<RolloutGroup, 'task'>,
  rollout: Pick<Rollout, 'verdict'>,
  part: WeightedPart,
): string => partText(rewardTermNamed(part.name), part, rolloutVerdict(group, rollout));

/** Title and colour of the term that a part belongs to. */
export const termOf = ({ name }: Pick<WeightedPart, 'name'>): { readonly title: string; readonly color: string } =>
  rewardTermNamed(name);
