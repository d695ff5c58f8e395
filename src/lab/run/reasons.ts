/** Reasons of events as sentences: of a rollout's verdict and the parts of its reward, and of a curation. */
import { cleaningWords } from '../../data/curation/cleaning';
import { type Reason, sentence, type Words } from '../../reason';
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

/** Reasons for which GRPO draws from another source than the selection. */
export const fallbackWords = {
  all: 'no problem of the pool is “{select}” (band {low}–{high}): GRPO uses all {rated} problems',
} as const satisfies Words;

export const fallbackText = (reason: Reason): string => sentence(fallbackWords, reason);

/** Reason for which curation left a problem out, as a sentence. */
export const removedText = (reason: Reason): string => sentence(cleaningWords, reason);
