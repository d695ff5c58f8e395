/**
 * Filter of traces: an expression over the fields of a rollout, such as `reward < 0 and correct and tokens > 20`. It is parsed by
 * precedence climbing and checked for types, then runs as a function of a row. The grammar is in docs/page.md.
 */
import { closest } from 'fastest-levenshtein';
import { quote } from '../../quote';
import { type FieldType, type FieldValue, fieldNamed, fieldNames } from './fields';
import { FilterFault, type FilterToken, filterTokens } from './filterTokens';
import type { TraceIndex } from './traceIndex';

type Value<T extends FieldValue = FieldValue> = (row: number) => T;

interface Typed {
  readonly type: FieldType;
  readonly value: Value;
  /** Place in the text, for faults. */
  readonly at: number;
  /** True for a text that is written in the filter. */
  readonly isWritten?: true;
}

interface Operator {
  readonly precedence: number;
  /** Type of both sides; `same` for any, as long as both agree. */
  readonly takes: FieldType | 'same';
  readonly gives: FieldType;
  readonly of: (a: Value, b: Value) => Value;
}

const numbers =
  (compute: (a: number, b: number) => FieldValue) =>
  (a: Value, b: Value): Value =>
  (row) =>
    compute(a(row) as number, b(row) as number);

const compare = (precedence: number, test: (a: number, b: number) => boolean): Operator => ({
  ...{ precedence, takes: 'number', gives: 'boolean', of: numbers(test) },
});
const compute = (precedence: number, of: (a: number, b: number) => number): Operator => ({
  ...{ precedence, takes: 'number', gives: 'number', of: numbers(of) },
});

const NOT = 3;
const operators: Readonly<Record<string, Operator>> = {
  or: { precedence: 1, takes: 'boolean', gives: 'boolean', of: (a, b) => (row) => a(row) || b(row) },
  and: { precedence: 2, takes: 'boolean', gives: 'boolean', of: (a, b) => (row) => a(row) && b(row) },
  '<': compare(4, (a, b) => a < b),
  '<=': compare(4, (a, b) => a <= b),
  '>': compare(4, (a, b) => a > b),
  '>=': compare(4, (a, b) => a >= b),
  '=': { precedence: 4, takes: 'same', gives: 'boolean', of: (a, b) => (row) => a(row) === b(row) },
  '==': { precedence: 4, takes: 'same', gives: 'boolean', of: (a, b) => (row) => a(row) === b(row) },
  '!=': { precedence: 4, takes: 'same', gives: 'boolean', of: (a, b) => (row) => a(row) !== b(row) },
  contains: { precedence: 4, takes: 'text', gives: 'boolean', of: contains },
  '+': compute(5, (a, b) => a + b),
  '-': compute(5, (a, b) => a - b),
  '*': compute(6, (a, b) => a * b),
  '/': compute(6, (a, b) => a / b),
};
const NEGATIVE = 7;
/** Most operators inside each other. */
const DEEPEST = 60;

/** Pattern that finds a text in any case. */
export const patternOf = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i');

function contains(a: Value, b: Value): Value<boolean> {
  let [text, pattern] = ['', /(?:)/];
  return (row) => {
    const wanted = b(row) as string;
    if (wanted !== text) [text, pattern] = [wanted, patternOf(wanted)];
    return pattern.test(a(row) as string);
  };
}

const words: Readonly<Record<FieldType, string>> = {
  number: 'a number',
  boolean: 'a condition, such as "correct" or "reward < 0"',
  text: 'a text',
};
const found = ({ kind, text }: FilterToken): string => (kind === 'end' ? 'the end' : quote(text));

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly FilterToken[],
    private readonly index: TraceIndex,
  ) {}

  private get next(): FilterToken {
    return this.tokens[this.at]!;
  }

  private fault(expected: string, token = this.next): FilterFault {
    return new FilterFault(token.at, token.length, `expected ${expected}, found ${found(token)}`);
  }

  private is(text: string): boolean {
    return this.next.kind !== 'text' && this.next.text === text;
  }

  private needs(typed: Typed, type: FieldType, of: string): void {
    if (typed.type !== type)
      throw new FilterFault(typed.at, 1, `${of} needs ${words[type]}, and this is ${words[typed.type]}`);
  }

  whole(): Value<boolean> {
    const typed = this.expression(0);
    if (this.next.kind !== 'end') throw this.fault('"and", "or", a comparison or the end');
    this.needs(typed, 'boolean', 'a filter');
    return typed.value as Value<boolean>;
  }

  private expression(least: number): Typed {
    if (++this.depth > DEEPEST)
      throw new FilterFault(this.next.at, 1, `more than ${DEEPEST} levels of brackets and operators; use fewer`);
    let left = this.operand();
    for (;;) {
      const token = this.next;
      const operator = token.kind === 'name' || token.kind === 'sign' ? this.operator(token.text) : null;
      if (!operator || operator.precedence <= least) break;
      this.at++;
      left = this.joined(token, operator, left, this.expression(operator.precedence));
    }
    this.depth--;
    return left;
  }

  private operator(text: string): Operator | null {
    return Object.hasOwn(operators, text) ? operators[text]! : null;
  }

  private joined(token: FilterToken, { takes, gives, of }: Operator, left: Typed, right: Typed): Typed {
    const type = takes === 'same' ? left.type : takes;
    this.needs(left, type, quote(token.text));
    this.needs(right, type, takes === 'same' ? `${quote(token.text)} after ${words[type]}` : quote(token.text));
    return { type: gives, value: of(left.value, right.value), at: left.at };
  }

  private operand(): Typed {
    const token = this.next;
    const { kind, text, at } = token;
    if (kind !== 'end') this.at++;
    if (kind === 'number') return { type: 'number', value: constant(Number(text)), at };
    if (kind === 'text') return { type: 'text', value: constant(text), at };
    if (text === 'not' && kind === 'name') {
      const typed = this.expression(NOT);
      this.needs(typed, 'boolean', '"not"');
      return { type: 'boolean', value: (row) => !typed.value(row), at };
    }
    if (text === '-') {
      const typed = this.expression(NEGATIVE);
      this.needs(typed, 'number', '"-"');
      return { type: 'number', value: (row) => -(typed.value(row) as number), at };
    }
    if (text === '(') {
      const inner = this.expression(0);
      if (!this.is(')')) throw this.fault('")"');
      this.at++;
      return { ...inner, at };
    }
    if (kind !== 'name' || this.operator(text)) throw this.fault('a field, a number, a text in quotes or "("', token);
    if (text === 'true' || text === 'false') return { type: 'boolean', value: constant(text === 'true'), at };
    return this.field(token);
  }

  private field({ text, at, length }: FilterToken): Typed {
    const { index } = this;
    const field = fieldNamed(text, index.terms);
    if (!field) {
      const names = fieldNames(index.terms);
      throw new FilterFault(
        at,
        length,
        `there is no field ${quote(text)}; did you mean ${closest(text, names)}? There are ${names.join(', ')}`,
      );
    }
    return { type: field.type, value: (row) => field.value(index, row), at };
  }
}

const constant =
  <T extends FieldValue>(value: T): Value<T> =>
  () =>
    value;

/** Test of a row of the index. An empty filter takes every row. @throws FilterFault */
export function filterOf(text: string, index: TraceIndex): Value<boolean> {
  return text.trim() === '' ? constant(true) : new Parser(filterTokens(text), index).whole();
}
