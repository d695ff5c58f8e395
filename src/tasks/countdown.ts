/**
 * Countdown: an expression of + − × ÷ and parentheses that uses every number exactly once and comes to the target. Division
 * counts only where it leaves no rest. The traces work out one chain of operations after the other until one hits:
 * 3+7=10,10+2=12;3+7=10,10*2=20.
 */
import { z } from 'zod';
import { hash, type Random, random } from '../random';
import type { ReasonOf } from '../reason';
import { isSameText, plain } from '../text/answerText';
import { evaluate, expressionWords, LONGEST_EXPRESSION, type Operation, type Operator, operators } from './expression';
import { mark } from './picture';
import { type Problem, type Task, think } from './task';
import { quoted, unanswered, verdictsOf, verdictText } from './verdicts';

/** Six numbers of up to 100 stay exact: 10¹² at most. */
const problemSchema = z.strictObject({
  numbers: z.array(z.int().min(1).max(100)).min(2).max(6),
  target: z.int().min(0).max(1_000_000),
});
type Countdown = z.infer<typeof problemSchema>;

/** Largest value on the way to a target that is generated or tried, so that every line stays short. */
const LARGEST = 99;
/** Three numbers are drawn up to 6, more up to 9; products and quotients stay within the times table. */
const largestNumber = (count: number) => (count === 3 ? 6 : 9);
const LARGEST_FACTOR = 9;
/** Chains that a long trace works out before the one that hits. */
const MISSES = 3;

/** Numbers taken one after the other: each operation has the value so far on its left, or on its right. */
interface Chain {
  readonly steps: readonly Operation[];
  readonly expression: string;
  readonly value: number;
}

const apply: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** True for a sum, a difference, or a product or quotient within the times table. */
const inTable = ({ operator, left, right, value }: Operation): boolean =>
  operator === '*'
    ? Math.max(left, right) <= LARGEST_FACTOR
    : operator !== '/' || Math.max(right, value) <= LARGEST_FACTOR;

/** A chain through the numbers in any order, every value a whole number in 0 … 99. */
function drawChain(numbers: readonly number[], stream: Random): Chain {
  const left = [...numbers];
  const take = () => left.splice(stream.integer(0, left.length - 1), 1)[0]!;
  let value = take();
  let expression = String(value);
  const steps: Operation[] = [];
  while (left.length > 0) {
    const number = take();
    const plain = { left: value, right: number };
    const turned = { left: number, right: value };
    const fitting = operators
      .flatMap((operator) =>
        [plain, ...(operator === '-' || operator === '/' ? [turned] : [])].map((sides) => ({ operator, ...sides })),
      )
      .map((operation) => ({ ...operation, value: apply[operation.operator](operation.left, operation.right) }))
      .filter((step) => Number.isInteger(step.value) && step.value >= 0 && step.value <= LARGEST && inTable(step));
    const step = stream.pick(fitting);
    const inner = steps.length > 0 ? `(${expression})` : expression;
    expression = step.left === value ? `${inner}${step.operator}${number}` : `${number}${step.operator}${inner}`;
    value = step.value;
    steps.push(step);
  }
  return { steps, expression, value };
}

const written = ({ steps }: Pick<Chain, 'steps'>): string =>
  steps.map(({ left, operator, right, value }) => `${left}${operator}${right}=${value}`).join(',');

/** Up to three chains that miss, drawn by the problem itself so that its traces are always the same. */
function misses({ prompt, problem: { numbers, target } }: Problem<Countdown>): Chain[] {
  const stream = random(hash(prompt), 'misses');
  const count = stream.integer(0, MISSES);
  return Array.from({ length: count }, () => drawChain(numbers, stream)).filter(({ value }) => value !== target);
}

function solved({ problem: { numbers, target }, answer }: Problem<Countdown>): readonly Operation[] {
  const read = evaluate(answer);
  if ('fault' in read)
    throw new Error(`${answer} is no answer to ${numbers.join(', ')} → ${target}: ${read.fault.code}`);
  return read.steps;
}

/** The chain that hits, its first value one too high, an x where it is noticed, and the chain again. */
function withSlip(problem: Problem<Countdown>): string {
  const steps = solved(problem);
  const [first] = steps;
  return `${written({ steps: [{ ...first!, value: first!.value + 1 }] })}x${written({ steps })}`;
}

const words = {
  right: '{given} = {target}',
  missed: '{given} = {value}, not {target}',
  claim: '{given} is said to be {claim}; the target is {target}',
  ...expressionWords,
  too_often: '{given} uses {number} too often',
  not_there: '{given} uses {number}, which is not there',
  left_out: '{given} leaves out {numbers}',
} as const;
const verdicts = verdictsOf(words);
type CountdownReason = ReasonOf<typeof words>;

/** Fault of an expression that does not use every number once; null where it does. */
function misuse(given: string, numbers: readonly number[], used: readonly number[]): CountdownReason | null {
  const left = [...numbers];
  for (const number of used) {
    const at = left.indexOf(number);
    if (at < 0) return { code: numbers.includes(number) ? 'too_often' : 'not_there', values: { given, number } };
    left.splice(at, 1);
  }
  return left.length > 0 ? { code: 'left_out', values: { given, numbers: left.join(', ') } } : null;
}

/** An answer as it is read: the expression, and what it is said to come to where the answer ends on = and something. */
function partsOf(answer: string): { readonly expression: string; readonly claim: string | null } {
  const text = plain(answer);
  const at = text.lastIndexOf('=');
  return at < 0 ? { expression: text, claim: null } : { expression: text.slice(0, at), claim: text.slice(at + 1) };
}

export const countdown: Task<Countdown> = {
  name: 'countdown',
  title: 'Countdown',
  about: 'Which expression, with every number used once, comes to the target?',
  level: { unit: 'numbers', min: 3, max: 6, initial: 3 },
  recipe: {
    title: 'Countdown with three numbers',
    about:
      'Expressions are tried until one hits. The form is learned at once, the arithmetic hardly: too early for GRPO.',
    level: 3,
    sft: { shortShare: 0.2, steps: 500 },
    grpo: { steps: 20, learningRate: 1.5e-4 },
    reward: { lMax: 76, lPos: 66, lNeg: 26 },
  },
  problemSchema,
  generate(stream, level) {
    const numbers = Array.from({ length: level }, () => stream.integer(1, largestNumber(level)));
    const { expression, value } = drawChain(numbers, stream);
    return { prompt: `${numbers.join(',')}=${value}`, answer: expression, problem: { numbers, target: value } };
  },
  identity: ({ numbers, target }) => `${[...numbers].sort((a, b) => a - b).join()}=${target}`,
  traces: (problem) => [
    { kind: 'short', completion: think('', problem.answer) },
    {
      kind: 'long',
      completion: think([...misses(problem), { steps: solved(problem) }].map(written).join(';'), problem.answer),
    },
    { kind: 'mend', completion: think(withSlip(problem), problem.answer) },
  ],
  longestPrompt: (level) => 2 * level - 1 + 3,
  longestTrace(level, kind) {
    // numbers and operators, and parentheses around all but the first pair and the whole
    const answer = 2 * level - 1 + 2 * (level - 2);
    // a+b=vv, then vv+c=vv and a comma each
    const chain = 6 + 8 * (level - 2);
    return answer + 3 + { short: 0, long: (MISSES + 1) * (chain + 1) - 1, mend: chain + 7 }[kind];
  },
  words,
  verify({ numbers, target }, answer) {
    const nothing = unanswered(answer);
    if (nothing) return nothing;
    const { expression: given, claim } = partsOf(answer!);
    if (claim !== null && claim !== String(target))
      return verdicts.wrong({ code: 'claim', values: { given: quoted(given), claim: quoted(claim), target } });
    const read = evaluate(given);
    if ('fault' in read) {
      const values = { ...read.fault.values, given: quoted(given) };
      return verdicts.wrong({ code: read.fault.code, values } as CountdownReason);
    }
    const fault = misuse(given, numbers, read.numbers);
    if (fault) return verdicts.wrong(fault);
    const { value } = read;
    const distance = Math.abs(value - target);
    if (distance === 0) return verdicts.right({ code: 'right', values: { given, target } }, { distance });
    return verdicts.wrong({ code: 'missed', values: { given, value, target } }, 1 / (1 + distance), { distance });
  },
  isSame({ target }, a, b) {
    const [first, second] = [a, b].map((answer) => {
      const { expression, claim } = partsOf(answer);
      return claim === String(target) ? expression : answer;
    });
    return isSameText(first!, second!);
  },
  picture({ numbers, target }, answer) {
    const given = partsOf(answer ?? '').expression;
    const read = evaluate(given);
    const { correct, reason } = countdown.verify({ numbers, target }, answer);
    const tone = correct ? 'good' : 'bad';
    const steps = 'fault' in read ? [] : read.steps;
    return {
      kind: 'text',
      lines: [
        [mark(`${numbers.join('  ')}  →  `), mark(String(target), 'accent')],
        ...steps.map(({ left, operator, right, value }, i) => [
          mark(`${left} ${operator} ${right} = `, 'muted'),
          mark(String(value), i === steps.length - 1 ? tone : 'muted'),
        ]),
        [mark(quoted(given) || '?', tone)],
      ],
      caption: `${target} from ${numbers.join(', ')}; ${verdictText(countdown, reason)}. At most ${LONGEST_EXPRESSION} characters count.`,
    };
  },
};
