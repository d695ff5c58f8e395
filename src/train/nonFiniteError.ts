/** Check for numbers that are not finite, where they leave a device. */

/** A logit, log-probability, loss or gradient is NaN or infinite, so later results would be wrong. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';
}

/** Advice at the end of every message. */
const HELP = 'the model computes beyond f32: check its weights, or train it with a lower learning rate';

/**
 * Checks values from a device.
 * @param place describes the i-th value, such as `prompt 1, token 3: the log-probability`
 * @throws NonFiniteError at the first value that is not finite
 */
export function assertFiniteAt(values: ArrayLike<number>, place: (index: number) => string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]!)) throw new NonFiniteError(`${place(i)} is ${values[i]}; ${HELP}`);
}
