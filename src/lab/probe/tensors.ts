/** Tensors in the output of probes. */
import { SizeError } from '../../gpu/checks';
import type { Tensors } from '../../model/parameters';
import { assertFiniteAt } from '../../train/nonFiniteError';

export interface TensorNumbers {
  readonly shape: readonly number[];
  readonly data: number[];
}

export const plainTensors = (tensors: Tensors): Record<string, TensorNumbers> =>
  Object.fromEntries([...tensors].map(([name, { shape, data }]) => [name, { shape, data: [...data] }]));

/** @throws NonFiniteError with tensor and element */
export function finite(tensors: Tensors, what: string): Tensors {
  for (const [name, { data }] of tensors) assertFiniteAt(data, (i) => `${what}${name}, element ${i}`);
  return tensors;
}

/** Largest count of numbers in one JSON file: each takes about 20 characters, and a text has at most 2²⁹. */
const MOST_NUMBERS = 20e6;

/**
 * Checks that the wanted parts fit one JSON file.
 * @param parts each of `count` numbers
 * @param instead smaller parts to ask for
 */
export function checkNumbers(parts: readonly string[], count: number, instead: string): void {
  if (parts.length * count > MOST_NUMBERS)
    throw new SizeError(
      `want: ${parts.join(' and ')} are ${parts.length * count} numbers; one JSON file takes at most ${MOST_NUMBERS}: ` +
        `ask for ${instead}`,
    );
}
