/** `probe reward`: the rewards of described completions. The options are the fields of the recipe's reward section. */
import { z } from 'zod';
import { rewardTermNamed, rewardTerms } from '../../rewards/index';
import { constantsOf, partText, type RewardInput, type RewardTerm } from '../../rewards/term';
import { openReward, type RewardFields, totalReward } from '../../rewards/total';

/** Bound of every number, so that no sum of products of them is infinite. */
const LARGEST = 1e9;
const number = z.number().min(-LARGEST).max(LARGEST);

/** Fields of a completion that a term reads; those that only some terms read have a default. */
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

/** Name of a recipe's field as an option of the probe: `rightShort` is `right_short`. */
const optionOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A constant as an option: with the recipe's default and the widest range, as the report's lengths exceed the recipe's. */
function optionSchema(field: z.ZodType, required: boolean): z.ZodType {
  const inner = field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : field;
  if (!(inner instanceof z.ZodNumber)) return field;
  const low = inner.minValue ?? -LARGEST;
  const wide = (inner.isInt ? z.int() : z.number()).min(low < 0 ? -LARGEST : low).max(LARGEST);
  return required ? wide : wide.default((field as z.ZodDefault<z.ZodNumber>).parse(undefined));
}

const optionsOf = ({ constants, lengths = {} }: RewardTerm): z.ZodRawShape =>
  Object.fromEntries(
    Object.entries(constants).map(([field, schema]) => [
      optionOf(field),
      optionSchema(schema as z.ZodType, Object.hasOwn(lengths, field)),
    ]),
  );

const weights = Object.fromEntries(
  rewardTerms.map(({ name, weight }) => [name, number.default(weight.parse(undefined))]),
);

interface ProbeReward {
  readonly l_max: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly cases: readonly z.infer<typeof caseSchema>[];
  /** Constants of the terms. */
  readonly [option: string]: unknown;
}

/** Fields of a recipe's reward section, from the options. */
const fieldsOf = ({ l_max, weights, ...options }: ProbeReward): RewardFields => ({
  ...weights,
  ...Object.fromEntries(
    rewardTerms.flatMap(({ constants }) => Object.keys(constants).map((field) => [field, options[optionOf(field)]])),
  ),
  lMax: l_max,
});

export const probeRewardSchema = z
  .strictObject({
    l_max: number.positive(),
    ...Object.assign({}, ...rewardTerms.map(optionsOf)),
    weights: z.strictObject(weights).prefault({}),
    cases: z.array(caseSchema),
  })
  .superRefine((input, context) => {
    const fields = fieldsOf(input as ProbeReward);
    for (const term of rewardTerms)
      term.check?.(constantsOf(term, fields), fields[term.name] as number, fields.lMax, (field, message) =>
        context.addIssue({ code: 'custom', path: [optionOf(field)], message }),
      );
  }) as unknown as z.ZodType<ProbeReward>;

/** Values of the report's terms always, of others where they have a weight; with others, the reasons of all that have one. */
export interface ProbeRewardResult {
  cases: { total: number; [term: string]: number | Record<string, string> }[];
}

/** Terms of the report: those that a recipe weighs by default. */
const reported = rewardTerms.filter(({ weight }) => weight.parse(undefined) !== 0).map(({ name }) => name);

/** @throws where the text of the custom term does not compile */
export async function probeReward(input: ProbeReward): Promise<ProbeRewardResult> {
  const { weights, cases } = input;
  const shown = Object.fromEntries(reported.map((name) => [name, weights[name] || 1]));
  const { lMax, terms } = await openReward({ ...fieldsOf(input), ...shown }, optionOf);
  const weighted = terms.map((term) => ({ ...term, weight: weights[term.name]! }));
  return {
    cases: cases.map((described) => {
      const completion: RewardInput = { ...described, lMax, thinkFault: null };
      const { total, parts } = totalReward(completion, { terms: weighted });
      const used = parts.filter(({ weight }) => weight !== 0);
      const verdict = described.correct ? 'right' : 'wrong';
      const reasons = used.map((part) => [part.name, partText(rewardTermNamed(part.name), part, verdict)]);
      return {
        ...Object.fromEntries(parts.map(({ name, value }) => [name, value])),
        total,
        ...(used.some(({ name }) => !reported.includes(name)) && { reasons: Object.fromEntries(reasons) }),
      };
    }),
  };
}
