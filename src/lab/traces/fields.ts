/** Fields of a rollout, by which traces are filtered and sorted. Adding one is a line here. */
import type { Flag, NumberColumn, TraceIndex } from './traceIndex';

export type FieldValue = number | boolean | string;
export type FieldType = 'number' | 'boolean' | 'text';

export interface TraceField {
  readonly name: string;
  readonly type: FieldType;
  /** Meaning, for the docs and the help of the filter. */
  readonly about: string;
  readonly value: (index: TraceIndex, row: number) => FieldValue;
}

const number = (name: NumberColumn, about: string): TraceField => ({
  ...{ name, type: 'number', about },
  value: (index, row) => index.number(name, row),
});
const flag = (name: Flag, about: string): TraceField => ({
  ...{ name, type: 'boolean', about },
  value: (index, row) => index.flag(name, row),
});

export const traceFields: readonly TraceField[] = [
  number('step', 'GRPO step, from 1'),
  number('group', 'place of the problem in its step, from 0'),
  number('rollout', 'place of the completion in its group, from 0'),
  {
    ...{ name: 'problem', type: 'text', about: 'prompt of the problem' },
    value: (index, row) => index.problem(index.problemAt(row)).prompt,
  },
  {
    ...{ name: 'answer', type: 'text', about: 'answer that the task expects' },
    value: (index, row) => index.problem(index.problemAt(row)).answer,
  },
  {
    ...{ name: 'text', type: 'text', about: 'completion, tags included' },
    value: (index, row) => index.text(row),
  },
  number('reward', 'total reward'),
  number('advantage', 'reward compared with the group, as the loss used it'),
  number('tokens', 'length of the completion, tokens'),
  number('think', 'length of the think block, tokens'),
  number('partial', 'share of the answer that is right, 0 to 1'),
  number('surprise', 'mean of −log-probability over the tokens, nats'),
  flag('correct', 'the answer is right'),
  flag('format', 'the think tags are in order'),
  flag('ended', 'the completion was not cut off'),
];

/** Prefix of the weighted part of one reward term, such as `part.length`. */
export const PART = 'part.';

/** Field by its name, the parts of the run's reward terms included; null if there is none. */
export function fieldNamed(name: string, terms: readonly string[]): TraceField | null {
  const found = traceFields.find((field) => field.name === name);
  if (found) return found;
  const term = name.startsWith(PART) ? name.slice(PART.length) : null;
  if (term === null || !terms.includes(term)) return null;
  return { name, type: 'number', about: `weighted ${term} reward`, value: (index, row) => index.part(term, row) };
}

/** Names of all fields of a run. */
export const fieldNames = (terms: readonly string[]): string[] => [
  ...traceFields.map(({ name }) => name),
  ...terms.map((term) => PART + term),
];
