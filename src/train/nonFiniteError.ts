/** Numbers that are not finite stop where they leave a device, with the place where they were met. */

/** A logit, log-probability, loss or gradient is NaN or infinite: nothing that follows from it is a result. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';
}

/** What to do, at the end of every such message. */
const HELP = 'the model computes beyond f32: check its weights, or train it with a lower learning rate';

/**
 * @param place says where the i-th value is and what it is, as `prompt 1, token 3: the log-probability`
 * @throws NonFiniteError at the first value that is not finite
 */
export function assertFiniteAt(values: ArrayLike<number>, place: (index: number) => string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]!)) throw new NonFiniteError(`${place(i)} is ${values[i]}; ${HELP}`);
}
