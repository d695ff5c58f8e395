/** Section of a recipe for the reward: the completion budget, and the fields that the reward terms declare. */
import { rewardShape, rewardTerms } from '../../../rewards/index';
import { constantsOf } from '../../../rewards/term';
import type { RewardFields } from '../../../rewards/total';
import { type Issue, integer, section } from '../fields';

export const rewardSection = section(
  'Reward',
  "The report's reward and further terms; lengths are in tokens, the end token included.",
  {
    lMax: integer('L max', 'Completion budget; a completion that reaches it without an end is cut off.', 24, 4, 4096),
    ...rewardShape(),
  },
);

/** Reports constants that do not fit together. */
export function checkReward(reward: RewardFields, issue: Issue): void {
  for (const term of rewardTerms)
    term.check?.(constantsOf(term, reward), reward[term.name] as number, reward.lMax, (field, message) =>
      issue(['reward', field], message),
    );
}
