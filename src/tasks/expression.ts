/**
 * Expressions of whole numbers, + − * / and parentheses, worked out exactly: a division that leaves a rest is a fault. Reads
 * text that anyone may have written: the length is bounded, nothing is evaluated but this grammar.
 *   sum := product (('+' | '-') product)*    product := atom (('*' | '/') atom)*    atom := number | '(' sum ')'
 */
import type { ReasonOf, Words } from '../reason';

export const operators = ['+', '-', '*', '/'] as const;
export type Operator = (typeof operators)[number];

/** One operation with the values on its sides. */
export interface Operation {
  readonly operator: Operator;
  readonly left: number;
  readonly right: number;
  readonly value: number;
}

export interface Evaluated {
  readonly value: number;
  /** Numbers of the text, from the left. */
  readonly numbers: readonly number[];
  /** Innermost first. */
  readonly steps: readonly Operation[];
}

/** Most characters of a text, which bounds its nesting too. */
export const LONGEST_EXPRESSION = 100;

/** Reasons for which a text has no value. */
export const expressionWords = {
  ends_early: '{given}: ends too early',
  misfit: '{given}: "{char}" at position {position} does not fit',
  not_whole: '{given}: {left} / {right} is not whole',
  too_large: '{given}: its values grow too large',
  too_long: '{given}: longer than {most} characters',
} as const satisfies Words;
export type ExpressionFault = ReasonOf<typeof expressionWords, 'given'>;

/** Fault of the text, thrown and caught in this file alone. */
class Fault extends Error {
  constructor(readonly reason: ExpressionFault) {
    super(reason.code);
  }
}

class Reader {
  readonly numbers: number[] = [];
  readonly steps: Operation[] = [];
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): number {
    const value = this.sum();
    if (this.at < this.text.length) this.unexpected();
    return value;
  }

  private unexpected(): never {
    const char = this.text[this.at];
    if (char === undefined) throw new Fault({ code: 'ends_early', values: {} });
    throw new Fault({ code: 'misfit', values: { char, position: this.at + 1 } });
  }

  /** Operands and operators of one rank, from the left. */
  private ranked(ranked: readonly Operator[], operand: () => number): number {
    let left = operand();
    for (;;) {
      const operator = ranked.find((candidate) => candidate === this.text[this.at]);
      if (!operator) return left;
      this.at++;
      const right = operand();
      const value = this.operate(operator, left, right);
      this.steps.push({ operator, left, right, value });
      left = value;
    }
  }

  private readonly sum = (): number => this.ranked(['+', '-'], this.product);
  private readonly product = (): number => this.ranked(['*', '/'], this.atom);
  private readonly atom = (): number => {
    if (this.text[this.at] === '(') {
      this.at++;
      const value = this.sum();
      if (this.text[this.at] !== ')') this.unexpected();
      this.at++;
      return value;
    }
    const digits = /^[1-9][0-9]{0,6}/.exec(this.text.slice(this.at))?.[0];
    if (digits === undefined) return this.unexpected();
    this.at += digits.length;
    this.numbers.push(Number(digits));
    return Number(digits);
  };

  private operate(operator: Operator, left: number, right: number): number {
    if (operator === '/' && (right === 0 || left % right !== 0))
      throw new Fault({ code: 'not_whole', values: { left, right } });
    const value =
      operator === '+'
        ? left + right
        : operator === '-'
          ? left - right
          : operator === '*'
            ? left * right
            : left / right;
    if (!Number.isSafeInteger(value)) throw new Fault({ code: 'too_large', values: {} });
    return value;
  }
}

/** The value of the text with its steps, or the reason for which it has none. */
export function evaluate(text: string): Evaluated | { readonly fault: ExpressionFault } {
  if (text.length > LONGEST_EXPRESSION) return { fault: { code: 'too_long', values: { most: LONGEST_EXPRESSION } } };
  const reader = new Reader(text);
  try {
    const value = reader.whole();
    return { value, numbers: reader.numbers, steps: reader.steps };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.reason };
    throw error;
  }
}
