import { describe, expect, it } from 'vitest';
import { taskProperties } from './properties.fixture';
import { stack } from './stack';

/** The machine as a linked list in exact integers, reduced at the very end. */
function judge(program: string): string {
  type Cell = { value: bigint; below: Cell } | null;
  let top: Cell = null;
  for (const char of program) {
    if (char === 'd') top = { value: top!.value, below: top };
    else if (char === 's') {
      const under: { value: bigint; below: Cell } = top!.below!;
      top = { value: under.value, below: { value: top!.value, below: under.below } };
    } else if (/\d/.test(char)) top = { value: BigInt(char), below: top };
    else {
      const b: bigint = top!.value;
      const a: bigint = top!.below!.value;
      top = { value: char === '+' ? a + b : char === '-' ? a - b : a * b, below: top!.below!.below };
    }
  }
  const rest = top!.value % 10n;
  return String(rest < 0n ? rest + 10n : rest);
}

taskProperties(stack, {
  isRight: ({ program }, answer) => answer === judge(program),
  mutations: ({ answer }, stream) => [
    String((Number(answer) + stream.integer(1, 9)) % 10),
    String(Number(answer) + 10),
    `-${10 - Number(answer)}`,
    `0${answer}`,
    `${answer}.0`,
    `+${answer}`,
    '٣',
    '9'.repeat(100_000),
  ],
});

describe('stack programs', () => {
  it('are traced by the topmost cell', () => {
    const problem = { program: '34+2*5s-' };
    const traces = stack.traces({ prompt: '', answer: '1', problem });
    expect(traces.map(({ completion }) => completion)).toEqual([
      '<think></think>1',
      '<think>34724541</think>1',
      '<think>34725x34724541</think>1',
    ]);
    expect(stack.verify(problem, '1').correct).toBe(true);
  });

  it.each([
    ['', 'Too small'],
    ['3+', 'instruction 2, +, needs 2 cells and finds 1'],
    ['d', 'instruction 1, d, needs 1 cells and finds 0'],
    ['34/', 'instructions are the digits, + - * d s'],
    ['1'.repeat(201), 'Too big'],
  ])('refuse %j: %s', (program, message) => {
    expect(stack.problemSchema.safeParse({ program }).error?.issues[0]?.message).toContain(message);
  });
});
