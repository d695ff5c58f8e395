/** Sum of a list of digits by a modulus. The long trace adds digit by digit and reduces in between: 0+7=7,7+5=12,2+9=11. */
import { z } from 'zod';
import { excerpt } from '../quote';
import { plain } from '../text/answerText';
import { mark } from './picture';
import { type Task, think } from './task';
import { exactVerdict, exactWords } from './verdicts';

const MODULUS = 10;

const problemSchema = z.strictObject({
  digits: z.array(z.int().min(0).max(9)).min(1).max(64),
  modulus: z.int().min(2).max(10),
});
type Modular = z.infer<typeof problemSchema>;

/** Sum of the first 1, 2, … n digits by the modulus. */
function runningSums({ digits, modulus }: Modular): number[] {
  let sum = 0;
  return digits.map((digit) => {
    sum = (sum + digit) % modulus;
    return sum;
  });
}
const sumOf = (problem: Modular): string => String(runningSums(problem).at(-1));

/** Each digit added to what was left before it: 7+5=12,2+9=11. Adding and reducing are separate steps, as both are then easy. */
const steps = (problem: Modular): string[] => {
  const sums = runningSums(problem);
  return problem.digits.map((digit, i) => `${sums[i - 1] ?? 0}+${digit}=${(sums[i - 1] ?? 0) + digit}`);
};

/** The steps until one in the middle that is one too high, an x where it is noticed, and from that one on again. */
function withSlip(problem: Modular): string {
  const right = steps(problem);
  const slip = Math.floor(right.length / 2);
  const [terms, sum] = right[slip]!.split('=');
  return `${[...right.slice(0, slip), `${terms}=${Number(sum) + 1}`].join(',')}x${right.slice(slip).join(',')}`;
}

export const modular: Task<Modular> = {
  name: 'modular',
  title: 'Modular sum',
  about: 'What is left of the sum of some digits when it is divided by a modulus?',
  level: { unit: 'digits', min: 4, max: 20, initial: 8 },
  recipe: {
    title: 'Sum of six digits modulo ten',
    about: 'Ten answers instead of two: a guess is right once in ten, the running sum nearly always.',
    level: 6,
    sft: { shortShare: 0.3 },
    grpo: { steps: 20 },
    reward: { lMax: 56, lPos: 46, lNeg: 20 },
  },
  problemSchema,
  generate(random, level) {
    const digits = Array.from({ length: level }, () => random.integer(0, 9));
    const problem = { digits, modulus: MODULUS };
    return { prompt: `${digits.join('')}%${MODULUS}=`, answer: sumOf(problem), problem };
  },
  traces: ({ problem, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(steps(problem).join(','), answer) },
    { kind: 'mend', completion: think(withSlip(problem), answer) },
  ],
  longestPrompt: (level) => level + 4,
  // two tags, the answer and the end; r+d=ss and a comma a digit, the first sum having one digit; the slip and its x
  longestTrace: (level, kind) => 4 + { short: 0, long: 7 * level - 2, mend: 7 * level + 5 }[kind],
  words: exactWords,
  verify: (problem, answer) => exactVerdict(sumOf(problem), answer),
  picture(problem, answer) {
    const { digits, modulus } = problem;
    const expected = sumOf(problem);
    const given = plain(answer ?? '') || 'nothing';
    const sums = runningSums(problem);
    return {
      kind: 'grid',
      rowLabels: ['digits', `sum so far mod ${modulus}`],
      columnLabels: [],
      rows: [
        digits.map((digit) => mark(String(digit))),
        sums.map((sum, i) => mark(String(sum), i < sums.length - 1 ? 'muted' : given === expected ? 'good' : 'accent')),
      ],
      caption: `${digits.join(' + ')} mod ${modulus} = ${expected}; answered ${excerpt(given)}`,
    };
  },
};
