/** Explanations behind the "?" of parts that several screens show. Charts and settings carry their own. */
export const explanations = {
  advantage:
    'A = (reward − mean of the group) ÷ (standard deviation + 1e-4). “Scale rewards” sets which deviation: of the group, of the batch, or none. Blue: better than its group, so GRPO makes it likelier. Orange: worse, so GRPO makes it less likely.',
  parts:
    'Each reward as its terms, weight × value, stacked from 0; terms below 0 lie left. A bar marks the reward, the long line the mean of the group, the band ± one standard deviation.',
  stdScaling:
    'The standard deviation that divides reward − mean. “group” gives every problem the same weight, also one where the rewards hardly differ. “batch” takes all completions of the step. “none” is Dr. GRPO. This changes the shown numbers only, never the run.',
  lengthNormalization:
    'The number that divides a token’s share of the advantage. “own length”: tokens of a long completion each get less. “batch tokens”: every token of the step counts the same. “constant”: L max divides, so length does not matter. The share holds at ratio 1, before clipping and β · KL. This changes the shown numbers only, never the run.',
} as const;
