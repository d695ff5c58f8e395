/** What each number on screen means: one registry for every "?". Settings explain themselves in the recipe's schema. */
export const explanations = {
  reward:
    'Mean total reward of the batch: each term that has a weight, times that weight. By the report 8/13 · accuracy scaled by length + 1/13 · repetition, at most 8/13 ≈ 0.615; other weights, terms and constants change what can be earned. The band is one standard deviation within a group, the mean of the groups that are trained on.',
  accuracy:
    'pass@1: share of right answers among all completions. pass@G: share of groups in which at least one completion is right. With dynamic sampling pass@1 is of every group that was drawn, pass@G of those with spread.',
  length:
    'Mean length of the completions in tokens, end token included; and the share that was cut off at the budget without an end token.',
  policyLoss:
    'The loss of GRPO before the entropy bonus: clipped objective and KL, as TRL logs it. Near 0 with one update a batch, as the loss is; a steady rise means that KL grows.',
  loss: 'SFT: mean cross-entropy of the completion tokens, nats. GRPO: the policy loss. With one update a batch the ratio is 1 and the advantages of a group sum to 0, so it stays near 0 while the gradient does not: watch the reward and the gradient norm.',
  kl: 'Mean of exp(ref − lp) − (ref − lp) − 1 over completion tokens: how far the policy has moved from the model that SFT left. Shown even where its weight β is 0.',
  entropy:
    'Mean entropy of the next-token distribution at completion tokens, nats. Near 0: the policy always says the same.',
  gradNorm: 'Norm of the whole gradient before clipping.',
  advantage:
    'A = (reward − mean of the group) ÷ (standard deviation + 1e-4), the deviation being that of the group, of the batch, or none at all, as “Scale rewards” says. Blue: better than its group, made likelier. Orange: worse, made less likely.',
  curation:
    'Before GRPO the model answers each problem of a pool k times. Its pass rate is the share of right answers; the band holds those from “Band from” to “Band to”, both ends included. A refresh does so again while GRPO trains, by new answers or by those of GRPO’s own groups.',
  parts:
    'Every term of the reward that has a weight, times that weight, one after another. Terms below zero stand left of the line.',
} as const;

export type Explained = keyof typeof explanations;
