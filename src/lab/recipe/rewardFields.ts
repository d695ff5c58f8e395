/** Fields of a recipe that change rewards or advantages of stored rollouts. */

/** Fields outside the reward section that change advantages. */
export const ADVANTAGE_FIELDS: readonly string[] = ['grpo.scaleRewards', 'grpo.aggregation'];

/** @param path such as `reward.length` */
export const isRewardField = (path: string): boolean => path.startsWith('reward.') || ADVANTAGE_FIELDS.includes(path);
