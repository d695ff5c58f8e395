/**
 * Word problems with units: an amount, and ratios that lead from its unit to the one asked for, some given in the text (3 pens
 * cost 12c), some to be known (1h is 60min). Answers are whole numbers in the unit asked for, written without it. The long
 * trace is the computation: for each ratio a division where there is one, then a product.
 */
import { z } from 'zod';
import { excerpt } from '../quote';
import { plain } from '../text/answerText';
import { mark } from './picture';
import { type Task, think } from './task';
import { exactVerdict, exactWords } from './verdicts';

const LARGEST = 1e6;
const positive = z.int().min(1).max(LARGEST);
const unit = z.string().regex(/^[A-Za-z]{1,12}$/, 'units are 1 to 12 letters');
const problemSchema = z
  .strictObject({
    amount: positive,
    unit,
    /** `of` in `ofUnit` are `is` in `isUnit`; each begins with the unit that the one before ends with. */
    ratios: z
      .array(z.strictObject({ of: positive, ofUnit: unit, is: positive, isUnit: unit }))
      .min(1)
      .max(6),
  })
  .superRefine(({ amount, unit, ratios }, context) => {
    const issue = (i: number, message: string) => context.addIssue({ code: 'custom', path: ['ratios', i], message });
    let at = unit;
    let value = amount;
    for (const [i, ratio] of ratios.entries()) {
      if (ratio.ofUnit !== at) return issue(i, `starts at ${ratio.ofUnit}; ${at} is to be converted`);
      const product = value * ratio.is;
      if (!Number.isSafeInteger(product)) return issue(i, `comes to more than can be counted exactly`);
      value = product / ratio.of;
      if (!Number.isInteger(value)) return issue(i, `comes to ${value} ${ratio.isUnit}, which is not whole`);
      at = ratio.isUnit;
    }
  });
type Conversion = z.infer<typeof problemSchema>;
type Ratio = Conversion['ratios'][number];

interface Step {
  readonly text: string;
  readonly value: number;
}

/** A division that comes out whole, then a product; nothing for a 1. */
function stepsOf(amount: number, { of, is }: Ratio): Step[] {
  const times = (a: number, b: number): Step[] => (b === 1 ? [] : [{ text: `${a}*${b}=${a * b}`, value: a * b }]);
  const over = (a: number, b: number): Step[] => (b === 1 ? [] : [{ text: `${a}/${b}=${a / b}`, value: a / b }]);
  if (is % of === 0) return [...over(is, of), ...times(amount, is / of)];
  if (amount % of === 0) return [...over(amount, of), ...times(amount / of, is)];
  return [...times(amount, is), ...over(amount * is, of)];
}

/** The steps, and what they come to. */
function computation({ amount, ratios }: Conversion): { readonly steps: readonly Step[]; readonly result: number } {
  let result = amount;
  const steps = ratios.flatMap((ratio) => {
    const made = stepsOf(result, ratio);
    result = (result * ratio.is) / ratio.of;
    return made;
  });
  return { steps, result };
}

const thought = (problem: Conversion): string =>
  computation(problem)
    .steps.map(({ text }) => text)
    .join(',');

/** The first step one too high, an x where it is noticed, and the computation. */
function withSlip(problem: Conversion): string {
  const [first, ...rest] = thought(problem).split(',');
  const [left, right] = first!.split('=');
  return [`${left}=${Number(right) + 1}x`, first, ...rest].join(',');
}

/** Stories: a counted thing, its measure, and the sentence that n of the first are m of the second. */
const STORIES = [
  { of: 'pens', is: 'c', sentence: (n: number, m: number) => `${n} pens cost ${m}c` },
  { of: 'h', is: 'km', sentence: (n: number, m: number) => `${n}h for ${m}km` },
  { of: 'cups', is: 'g', sentence: (n: number, m: number) => `${n} cups hold ${m}g` },
  { of: 'cm', is: 'km', sentence: (n: number, m: number) => `${n}cm are ${m}km` },
  { of: 'mol', is: 'g', sentence: (n: number, m: number) => `${n}mol weigh ${m}g` },
  { of: 'A', is: 'V', sentence: (n: number, m: number) => `${n}A at ${m}V` },
] as const;

/** Ratios that the solver has to know: one of the first is so many of the second. */
const KNOWN: readonly Ratio[] = [
  { of: 1, ofUnit: 'h', is: 60, isUnit: 'min' },
  { of: 1, ofUnit: 'min', is: 60, isUnit: 's' },
  { of: 1, ofUnit: 'day', is: 24, isUnit: 'h' },
  { of: 1, ofUnit: 'week', is: 7, isUnit: 'day' },
  { of: 1, ofUnit: 'm', is: 100, isUnit: 'cm' },
  { of: 1, ofUnit: 'cm', is: 10, isUnit: 'mm' },
  { of: 1, ofUnit: 'dozen', is: 12, isUnit: 'eggs' },
  { of: 1, ofUnit: 'ft', is: 12, isUnit: 'in' },
];
/** Goods that are measured per one of the last unit. */
const GOODS = ['mg', 'c', 'ml'] as const;
const chains: Readonly<Record<number, readonly (readonly Ratio[])[]>> = {
  1: KNOWN.map((ratio) => [ratio]),
  2: KNOWN.flatMap((ratio) => KNOWN.filter(({ ofUnit }) => ofUnit === ratio.isUnit).map((next) => [ratio, next])),
};

const range = (low: number, high: number): number[] => Array.from({ length: high - low + 1 }, (_, i) => low + i);

interface Written {
  readonly problem: Conversion;
  readonly prompt: string;
}

/** `known` ratios that the solver has to know, then one in the text: `is` of something every `of` of the last unit. */
const withKnown = (known: number, ofs: readonly number[], most: number): Written[] =>
  chains[known]!.flatMap((ratios) =>
    GOODS.flatMap((good) =>
      range(2, most).flatMap((amount) =>
        ofs.flatMap((of) =>
          range(2, most).flatMap((is): Written[] => {
            const { ofUnit: unit } = ratios[0]!;
            const { isUnit: last } = ratios.at(-1)!;
            const total = ratios.reduce((product, ratio) => product * ratio.is, amount);
            // the division comes first and comes out whole
            if (of > 1 && (total % of !== 0 || is % of === 0)) return [];
            const problem = { amount, unit, ratios: [...ratios, { of, ofUnit: last, is, isUnit: good }] };
            const sentence = of === 1 ? `${is}${good} a ${last}` : `${is}${good} every ${of}${last}`;
            return [{ problem, prompt: `${sentence}. ${amount}${unit}=?${good}` }];
          }),
        ),
      ),
    ),
  );

/** Every problem of a level: there are a few thousand. */
const LEVELS: readonly (() => readonly Written[])[] = [
  // one ratio, in the text
  () =>
    STORIES.flatMap(({ of: unit, is: asked, sentence }) =>
      range(2, 9).flatMap((of) =>
        range(2, 9).flatMap((each) =>
          range(2, 9).map((amount) => ({
            problem: { amount, unit, ratios: [{ of, ofUnit: unit, is: of * each, isUnit: asked }] },
            prompt: `${sentence(of, of * each)}. ${amount}${unit}=?${asked}`,
          })),
        ),
      ),
    ),
  () => withKnown(1, [1], 12),
  () => withKnown(1, [2, 3, 4, 5, 6], 9),
  () => withKnown(2, [1], 12),
  () => withKnown(2, [2, 3, 4, 5, 6], 9),
];

interface Level {
  readonly problems: readonly Written[];
  readonly longest: { readonly prompt: number; readonly answer: number; readonly long: number; readonly mend: number };
}
const levels = new Map<number, Level>();
function levelOf(level: number): Level {
  const known = levels.get(level);
  if (known) return known;
  const problems = LEVELS[level - 1]!();
  const longest = (text: (written: Written) => string) =>
    problems.reduce((most, written) => Math.max(most, text(written).length), 0);
  const made: Level = {
    problems,
    longest: {
      prompt: longest(({ prompt }) => prompt),
      answer: longest(({ problem }) => String(computation(problem).result)),
      long: longest(({ problem }) => thought(problem)),
      mend: longest(({ problem }) => withSlip(problem)),
    },
  };
  levels.set(level, made);
  return made;
}

export const units: Task<Conversion> = {
  name: 'units',
  title: 'Word problems with units',
  about: 'How much is that in the unit asked for? The answer is a whole number, without the unit.',
  level: { unit: 'kinds of steps', min: 1, max: LEVELS.length, initial: 1 },
  recipe: {
    title: 'A word problem with units',
    about: 'A price for some, asked for others: first divide, then multiply.',
    level: 1,
    sft: { shortShare: 0.3, steps: 400 },
    grpo: { steps: 15 },
    reward: { lMax: 28, lPos: 22.4, lNeg: 9.8 },
  },
  problemSchema,
  generate(random, level) {
    const { problem, prompt } = random.pick(levelOf(level).problems);
    return { prompt, answer: String(computation(problem).result), problem };
  },
  traces: ({ problem, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(thought(problem), answer) },
    { kind: 'mend', completion: think(withSlip(problem), answer) },
  ],
  longestPrompt: (level) => levelOf(level).longest.prompt,
  longestTrace(level, kind) {
    const { longest } = levelOf(level);
    return 3 + longest.answer + (kind === 'short' ? 0 : longest[kind]);
  },
  words: exactWords,
  verify: (problem, answer) => exactVerdict(String(computation(problem).result), answer),
  picture(problem, answer) {
    const { steps, result } = computation(problem);
    const { amount, unit, ratios } = problem;
    const asked = ratios.at(-1)!.isUnit;
    const given = plain(answer ?? '') || 'nothing';
    return {
      kind: 'text',
      lines: [
        [mark(`${amount} ${unit}`, 'accent'), mark(` in ${asked}?`)],
        ...ratios.map(({ of, ofUnit, is, isUnit }) => [mark(`${of} ${ofUnit} = ${is} ${isUnit}`, 'muted')]),
        ...steps.map(({ text }) => [mark(text)]),
        [mark(given, given === String(result) ? 'good' : 'bad')],
      ],
      caption: `${amount} ${unit} are ${result} ${asked}; answered ${excerpt(given)}`,
    };
  },
};
