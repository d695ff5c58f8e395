/** Parameters of the Evaluate tab in the address. */
import { quote } from '../../quote';
import {
  EVALUATE_NUMBERS,
  EVALUATE_RANGES,
  type EvaluateChoice,
  type EvaluateNumber,
  evaluateFault,
  INITIAL_EVALUATE,
  taskAtLevel,
} from '../../store/evaluateChoice';
import type { AddressReader } from '../screen';

/** Separates tasks, and evaluations: no name of a run has it. */
const SEPARATOR = '|';

const paramOf = (name: EvaluateNumber): string => `eval${name[0]!.toUpperCase()}${name.slice(1)}`;

export const EVALUATE_PARAMS = ['evalModel', 'evalTasks', ...EVALUATE_NUMBERS.map(paramOf), 'evalPair'];

export function writeEvaluation(choice: EvaluateChoice): Record<string, string | number | null> {
  const { model, tasks, compared } = choice;
  const numbers = EVALUATE_NUMBERS.map((name) => [
    paramOf(name),
    choice[name] === EVALUATE_RANGES[name].initial ? null : choice[name],
  ]);
  return {
    evalModel: model,
    evalTasks: tasks?.join(SEPARATOR) ?? null,
    ...Object.fromEntries(numbers),
    evalPair: compared.some((id) => id !== null) ? compared.map((id) => id ?? '').join(SEPARATOR) : null,
  };
}

function numberOf(reader: AddressReader, name: EvaluateNumber): number {
  const { initial } = EVALUATE_RANGES[name];
  const text = reader.text(paramOf(name));
  if (text === null) return initial;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fault = evaluateFault(name, value);
  if (fault === null) return value;
  reader.fault(`${paramOf(name)}=${quote(text)} is not possible: ${fault}`);
  return initial;
}

function tasksOf(reader: AddressReader): readonly string[] | null {
  const texts = reader.text('evalTasks')?.split(SEPARATOR).filter(Boolean) ?? [];
  for (const text of texts)
    if (!taskAtLevel(text)) reader.fault(`evalTasks: ${quote(text)} is no task:level; use for example parity:8`);
  const tasks = texts.filter((text) => taskAtLevel(text));
  return tasks.length > 0 ? tasks : null;
}

export function readEvaluation(reader: AddressReader): EvaluateChoice {
  const [a = '', b = ''] = reader.text('evalPair')?.split(SEPARATOR) ?? [];
  const numbers = EVALUATE_NUMBERS.map((name) => [name, numberOf(reader, name)]);
  return {
    ...INITIAL_EVALUATE,
    model: reader.text('evalModel'),
    tasks: tasksOf(reader),
    ...(Object.fromEntries(numbers) as Record<EvaluateNumber, number>),
    compared: [a || null, b || null],
  };
}
