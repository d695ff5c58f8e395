/**
 * + − × of whole numbers. The long trace works the columns from the right, as on paper: sums with their carries
 * (7+4=11,6+8+1=15), differences with their borrows (13-8=5,6-4-1=1), products digit by digit and their columns added up.
 */
import { z } from 'zod';
import { excerpt } from '../quote';
import { plain } from '../text/answerText';
import { mark } from './picture';
import { type Task, think } from './task';
import { exactVerdict, exactWords } from './verdicts';

/** Products stay exact below 2⁵³. */
const operand = z.int().min(0).max(9_999_999);
const operators = ['+', '-', '*'] as const;
const problemSchema = z.strictObject({ a: operand, operator: z.enum(operators), b: operand });
type Arithmetic = z.infer<typeof problemSchema>;

const resultOf = ({ a, operator, b }: Arithmetic): number =>
  operator === '+' ? a + b : operator === '-' ? a - b : a * b;

/** Digits from the right. */
const digitsOf = (n: number): number[] => [...String(n)].reverse().map(Number);
const places = (a: number, b: number) => Math.max(String(a).length, String(b).length);

function sumSteps(a: number, b: number): string[] {
  const [x, y] = [digitsOf(a), digitsOf(b)];
  let carry = 0;
  return Array.from({ length: places(a, b) }, (_, i) => {
    const sum = (x[i] ?? 0) + (y[i] ?? 0) + carry;
    const step = `${x[i] ?? 0}+${y[i] ?? 0}${carry ? '+1' : ''}=${sum}`;
    carry = sum > 9 ? 1 : 0;
    return step;
  });
}

/** a ≥ b. A column that borrows is written with its ten: 13-8=5. */
function differenceSteps(a: number, b: number): string[] {
  const [x, y] = [digitsOf(a), digitsOf(b)];
  let borrow = 0;
  return x.map((digit, i) => {
    const less = (y[i] ?? 0) + borrow;
    const top = digit < less ? digit + 10 : digit;
    const step = `${top}-${y[i] ?? 0}${borrow ? '-1' : ''}=${top - less}`;
    borrow = top > digit ? 1 : 0;
    return step;
  });
}

/** a × one digit. */
function productSteps(a: number, digit: number): string[] {
  let carry = 0;
  return digitsOf(a).map((x) => {
    const product = x * digit + carry;
    const step = `${x}*${digit}${carry ? `+${carry}` : ''}=${product}`;
    carry = Math.floor(product / 10);
    return step;
  });
}

/** Steps of the whole computation. A negative difference first turns round; partial products are written out and added up. */
function steps({ a, operator, b }: Arithmetic): string[] {
  if (operator === '+') return sumSteps(a, b);
  if (operator === '-') return a < b ? [`-${b}-${a}`, ...differenceSteps(b, a)] : differenceSteps(a, b);
  let total = 0;
  return digitsOf(b).flatMap((digit, i) => {
    const partial = a * digit * 10 ** i;
    const worked = productSteps(a, digit);
    if (i > 0) worked.push(`${total}+${partial}`, ...sumSteps(total, partial));
    total += partial;
    return worked;
  });
}

/** The first column one too high, an x where it is noticed, and all of it again. */
function withSlip(problem: Arithmetic): string {
  const right = steps(problem);
  const [left, value] = right.find((step) => step.includes('='))!.split('=');
  return [`${left}=${Number(value) + 1}x`, ...right].join(',');
}

/** Digits of the second factor: half as many as the first has. */
const multiplierDigits = (level: number) => Math.floor(level / 2);

/** Both terms of + and − have as many digits as the level says; × has that many by half as many. */
export const arithmetic: Task<Arithmetic> = {
  name: 'arithmetic',
  title: 'Arithmetic',
  about: 'What is the sum, the difference or the product of two numbers?',
  level: { unit: 'digits', min: 2, max: 5, initial: 2 },
  recipe: {
    title: 'Two digits: plus, minus, times',
    about: 'Three operations in one model, each with its own columns, carries and borrowed tens.',
    level: 2,
    sft: { shortShare: 0.4, steps: 700 },
    grpo: { prompts: 32, steps: 24, learningRate: 1.5e-4 },
    reward: { lMax: 40, lPos: 34, lNeg: 14 },
  },
  problemSchema,
  generate(random, level) {
    const ofDigits = (digits: number) => random.integer(10 ** (digits - 1), 10 ** digits - 1);
    const operator = random.pick(operators);
    const a = ofDigits(level);
    const problem = { a, operator, b: ofDigits(operator === '*' ? multiplierDigits(level) : level) };
    return { prompt: `${a}${operator}${problem.b}=`, answer: String(resultOf(problem)), problem };
  },
  identity: ({ a, operator, b }) => (operator === '-' ? [a, b] : [a, b].sort((x, y) => x - y)).join(operator),
  traces: ({ problem, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(steps(problem).join(','), answer) },
    { kind: 'mend', completion: think(withSlip(problem), answer) },
  ],
  longestPrompt: (level) => 2 * level + 2,
  longestTrace(level, kind) {
    const factor = multiplierDigits(level);
    // x*y+c=pp and a comma; a partial sum is a line of two numbers and columns x+y+1=ss for each of its places
    const sums = Array.from({ length: factor - 1 }, (_, i) => level + i + 2)
      .map((width) => 2 * width + 1 + 9 * width)
      .reduce((a, b) => a + b, 0);
    const product = 9 * level * factor + sums;
    // -b-a, then tt-y-1=d: the ten of a column that borrows makes it as long as a sum's
    const difference = 2 * level + 3 + 9 * level;
    const long = Math.max(product, difference) - 1;
    const tail = level + Math.max(1, factor) + 3;
    return tail + { short: 0, long, mend: long + 9 }[kind];
  },
  words: exactWords,
  verify: (problem, answer) => exactVerdict(String(resultOf(problem)), answer),
  picture(problem, answer) {
    const expected = String(resultOf(problem));
    const given = plain(answer ?? '');
    const width = Math.max(expected.length, given.length, String(problem.a).length, String(problem.b).length) + 2;
    const line = (text: string) => [mark(text.padStart(width))];
    const operation = `${problem.a} ${{ '+': '+', '-': '−', '*': '×' }[problem.operator]} ${problem.b}`;
    return {
      kind: 'text',
      lines: [
        line(String(problem.a)),
        line(operation.slice(operation.indexOf(' ') + 1)),
        [mark((given || '?').padStart(width), given === expected ? 'good' : 'bad')],
      ],
      caption: `${operation} = ${expected}; answered ${excerpt(given || 'nothing')}`,
    };
  },
};
