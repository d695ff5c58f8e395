/**
 * Tracing a tiny stack program. The machine's cells hold one digit: digits are pushed, + - * take the two topmost cells and
 * push their result modulo 10, d pushes the topmost again, s swaps the two topmost. Asked is the topmost cell at the end.
 * The long trace writes the topmost cell after each instruction: as long as no more than two cells are in use, the last two
 * digits of the trace are the whole stack.
 */
import { z } from 'zod';
import { excerpt } from '../quote';
import type { Random } from '../random';
import { plain } from '../text/answerText';
import { mark } from './picture';
import { type Task, think } from './task';
import { exactVerdict, exactWords } from './verdicts';

const LONGEST_PROGRAM = 200;

const problemSchema = z.strictObject({
  program: z
    .string()
    .min(1)
    .max(LONGEST_PROGRAM)
    .regex(/^[0-9+*ds-]*$/, 'instructions are the digits, + - * d s')
    .superRefine((program, context) => {
      let cells = 0;
      for (const [i, instruction] of [...program].entries()) {
        if (cells < cellsNeeded(instruction)) {
          const message = `instruction ${i + 1}, ${instruction}, needs ${cellsNeeded(instruction)} cells and finds ${cells}`;
          return context.addIssue({ code: 'custom', message });
        }
        cells += growth(instruction);
      }
    }),
});
type StackProgram = z.infer<typeof problemSchema>;

/** Cells that must be there. */
const cellsNeeded = (instruction: string): number => ('+-*s'.includes(instruction) ? 2 : instruction === 'd' ? 1 : 0);
/** Cells that there are more afterwards. */
const growth = (instruction: string): number => ('+-*'.includes(instruction) ? -1 : instruction === 's' ? 0 : 1);

function step(stack: readonly number[], instruction: string): number[] {
  const below = stack.slice(0, -2);
  const [a, b] = [stack.at(-2)!, stack.at(-1)!];
  switch (instruction) {
    case '+':
      return [...below, (a + b) % 10];
    case '-':
      return [...below, (a - b + 10) % 10];
    case '*':
      return [...below, (a * b) % 10];
    case 's':
      return [...below, b, a];
    case 'd':
      return [...stack, b];
    default:
      return [...stack, Number(instruction)];
  }
}

/** The stack after each instruction. */
function stacks(program: string): number[][] {
  let stack: number[] = [];
  return [...program].map((instruction) => {
    stack = step(stack, instruction);
    return stack;
  });
}
const tops = (program: string): number[] => stacks(program).map((stack) => stack.at(-1)!);

/** Level from which a program has one swap, and level from which it has three cells instead of two. */
const SWAP_FROM = 4;
const DEEP_FROM = 7;
/** A product forgets more than a sum does (0 times anything): it is the rarest. */
const OPERATIONS = ['+', '+', '-', '-', '*'];
const DUPLICATED = 0.15;

/** `operations` of two cells each, one cell left at the end; every program of a level is equally long. */
function write(random: Random, operations: number): string {
  const deepest = operations >= DEEP_FROM ? 3 : 2;
  const swapBefore = operations >= SWAP_FROM ? random.integer(0, operations - 1) : -1;
  let program = '';
  let cells = 0;
  let done = 0;
  let pushed = 0;
  while (done < operations) {
    const mayPush = cells < deepest && pushed <= operations;
    if (cells < 2 || (mayPush && random.next() < 0.5)) {
      program += cells > 0 && random.next() < DUPLICATED ? 'd' : String(random.integer(0, 9));
      pushed++;
      cells++;
    } else {
      // a swap that matters: before a difference
      program += done === swapBefore ? 's-' : random.pick(OPERATIONS);
      done++;
      cells--;
    }
  }
  return program;
}

/** Slips in the middle, an x where it is noticed, and the whole again. */
function withSlip(digits: readonly number[]): string {
  const slip = Math.floor(digits.length / 2);
  return `${digits.slice(0, slip).join('')}${(digits[slip]! + 1) % 10}x${digits.join('')}`;
}

const instructions = (level: number): number => 2 * level + 1 + (level >= SWAP_FROM ? 1 : 0);

export const stack: Task<StackProgram> = {
  name: 'stack',
  title: 'Stack program',
  about: 'What is on top of the stack when the program ends? Cells hold one digit: arithmetic is modulo 10.',
  level: { unit: 'operations', min: 2, max: 12, initial: 4 },
  recipe: {
    title: 'A tiny stack program',
    about: 'What is on top of the stack? Thinking is to write the top after each instruction.',
    level: 2,
    sft: { shortShare: 0.3, steps: 600 },
    grpo: { steps: 15 },
    reward: { lMax: 16, lPos: 12.8, lNeg: 5.6 },
  },
  problemSchema,
  generate(random, level) {
    const program = write(random, level);
    return { prompt: `${program}=`, answer: String(tops(program).at(-1)), problem: { program } };
  },
  traces: ({ problem: { program }, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(tops(program).join(''), answer) },
    { kind: 'mend', completion: think(withSlip(tops(program)), answer) },
  ],
  longestPrompt: (level) => instructions(level) + 1,
  longestTrace(level, kind) {
    const n = instructions(level);
    return 4 + { short: 0, long: n, mend: n + Math.floor(n / 2) + 2 }[kind];
  },
  words: exactWords,
  verify: ({ program }, answer) => exactVerdict(String(tops(program).at(-1)), answer),
  picture({ program }, answer) {
    const states = stacks(program);
    const expected = String(tops(program).at(-1));
    const given = plain(answer ?? '') || 'nothing';
    const depth = Math.max(...states.map((state) => state.length));
    return {
      kind: 'grid',
      rowLabels: ['instruction', 'top', ...Array.from({ length: depth - 1 }, (_, i) => `${i + 1} below`)],
      columnLabels: [],
      rows: [
        [...program].map((instruction) => mark(instruction, 'accent')),
        ...Array.from({ length: depth }, (_, below) =>
          states.map((state) => mark(String(state.at(-1 - below) ?? ''), below === 0 ? 'plain' : 'muted')),
        ),
      ],
      caption: `${program} leaves ${expected} on top; answered ${excerpt(given)}`,
    };
  },
};
