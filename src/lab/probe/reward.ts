/** `probe reward`: the rewards of described completions. */
import { z } from 'zod';
import { accuracy } from '../../rewards/accuracy';
import { repetition } from '../../rewards/repetition';
import { REPORT_CONSTANTS } from '../../rewards/term';
import { REPORT_WEIGHTS, type RewardName, rewardNames, totalReward } from '../../rewards/total';
import { openCustom } from '../run/options';

/** So that no sum of products of them is infinite. */
const LARGEST = 1e9;
const number = z.number().min(-LARGEST).max(LARGEST);
const constant = (initial: number) => number.default(initial);
const weight = (name: RewardName) => number.default(REPORT_WEIGHTS[name]);

/** What a term reads of a completion; what only some read may be left out. */
const caseSchema = z.strictObject({
  length: z.int().min(0),
  correct: z.boolean(),
  ended: z.boolean(),
  think: z.enum(['ok', 'missing', 'repeated', 'order']),
  words: z.array(z.string()),
  prompt: z.string().default(''),
  expected: z.string().default(''),
  text: z.string().default(''),
  thought: z.string().nullable().default(null),
  answer: z.string().nullable().default(null),
  partial: z.number().min(0).max(1).default(0),
  measures: z.record(z.string(), number).default({}),
});

export const probeRewardSchema = z
  .strictObject({
    l_max: number.positive(),
    l_pos: number.min(0),
    l_neg: number.positive(),
    right_short: constant(REPORT_CONSTANTS.rightShort),
    right_long: constant(REPORT_CONSTANTS.rightLong),
    wrong_short: constant(REPORT_CONSTANTS.wrongShort),
    wrong_long: constant(REPORT_CONSTANTS.wrongLong),
    missing_end: constant(REPORT_CONSTANTS.missingEnd),
    format_fault: constant(REPORT_CONSTANTS.formatFault),
    first_fault: z.enum(['end', 'format']).default(REPORT_CONSTANTS.firstFault),
    repetition_n: z.int().min(1).default(REPORT_CONSTANTS.repetitionN),
    repetition_often: z.int().min(1).default(REPORT_CONSTANTS.repetitionOften),
    steps_target: z.int().min(1).default(REPORT_CONSTANTS.stepsTarget),
    weights: z
      .strictObject(
        Object.fromEntries(rewardNames.map((name) => [name, weight(name)])) as Record<
          RewardName,
          ReturnType<typeof weight>
        >,
      )
      .prefault({}),
    custom_source: z.string().default(''),
    cases: z.array(caseSchema),
  })
  .refine(({ l_max, l_pos }) => l_pos < l_max, { path: ['l_pos'], message: 'must be below l_max' });

type ProbeReward = z.infer<typeof probeRewardSchema>;

/** Accuracy and repetition always; every other term that has a weight by its name, and then the reasons of all that have one. */
export interface ProbeRewardResult {
  cases: { accuracy: number; repetition: number; total: number; [term: string]: number | Record<string, string> }[];
}

const settingsOf = (input: ProbeReward) => ({
  lMax: input.l_max,
  lPos: input.l_pos,
  lNeg: input.l_neg,
  rightShort: input.right_short,
  rightLong: input.right_long,
  wrongShort: input.wrong_short,
  wrongLong: input.wrong_long,
  missingEnd: input.missing_end,
  formatFault: input.format_fault,
  firstFault: input.first_fault,
  repetitionN: input.repetition_n,
  repetitionOften: input.repetition_often,
  stepsTarget: input.steps_target,
});

/** @throws where the text of the custom term does not compile */
export async function probeReward(input: ProbeReward): Promise<ProbeRewardResult> {
  const { weights, custom_source: customSource, cases } = input;
  const custom = await openCustom({ custom: weights.custom, customSource }, 'custom_source');
  const options = { ...settingsOf(input), weights, custom };
  return {
    cases: cases.map((described) => {
      const completion = { ...described, correctReason: described.correct ? 'right' : 'wrong', thinkFault: '' };
      const { total, parts } = totalReward(completion, options);
      const beside = parts.filter(({ name }) => name !== 'accuracy' && name !== 'repetition');
      return {
        accuracy: accuracy.evaluate(completion, options).value,
        repetition: repetition.evaluate(completion, options).value,
        ...Object.fromEntries(beside.map(({ name, value }) => [name, value])),
        total,
        ...(beside.length > 0 ? { reasons: Object.fromEntries(parts.map(({ name, reason }) => [name, reason])) } : {}),
      };
    }),
  };
}
