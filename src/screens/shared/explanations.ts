/** Explanations behind the "?" of parts that several screens show. Charts and settings carry their own. */
export const explanations = {
  advantage:
    'A = (reward − mean of the group) ÷ (standard deviation + 1e-4). “Scale rewards” sets which deviation: of the group, of the batch, or none. Blue: better than its group, so GRPO makes it likelier. Orange: worse, so GRPO makes it less likely.',
  parts: 'Terms of the reward, each times its weight, side by side. Terms below zero lie left of the line.',
} as const;
