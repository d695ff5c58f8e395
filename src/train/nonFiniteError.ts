/** Check for numbers that are not finite, where they leave a device. */

/** A tensor with NaN or an infinity, or the largest gradient where only the norm overflows. */
export interface FaultyTensor {
  readonly kind: 'weight' | 'activation' | 'loss' | 'gradient';
  /** Hugging Face's name of the parameter or module; the quantity for a loss. */
  readonly name: string;
  readonly value: number;
}

const KIND_TEXT: Readonly<Record<FaultyTensor['kind'], string>> = {
  weight: 'the weight',
  activation: 'the activation of',
  loss: 'the loss:',
  gradient: 'the gradient of',
};

export const tensorText = ({ kind, name, value }: FaultyTensor): string =>
  Number.isFinite(value)
    ? `the largest gradient is that of ${name}, with ${value}`
    : `the first tensor that is not finite is ${KIND_TEXT[kind]} ${name}, with ${value}`;

/** Advice at the end of every message. */
const HELP = 'the model computes beyond f32: check its weights, or train it with a lower learning rate';

/** A logit, log-probability, loss or gradient is NaN or infinite, so later results would be wrong. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';

  /**
   * @param what number and place, such as `prompt 1, token 3: the log-probability is NaN`
   * @param tensor first such tensor of the computation; null if it is not known
   * @param ids sequence whose forward pass gives the number, if the error comes from decoding
   */
  constructor(
    readonly what: string,
    readonly tensor: FaultyTensor | null = null,
    readonly ids: readonly number[] | null = null,
  ) {
    super([what, ...(tensor ? [tensorText(tensor)] : []), HELP].join('; '));
  }
}

/**
 * Checks values from a device.
 * @param place describes the i-th value, such as `prompt 1, token 3: the log-probability`
 * @param ids sequence up to the i-th value, if the values come from decoding
 * @throws NonFiniteError at the first value that is not finite
 */
export function assertFiniteAt(
  values: ArrayLike<number>,
  place: (index: number) => string,
  ids: (index: number) => readonly number[] | null = () => null,
): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]!)) throw new NonFiniteError(`${place(i)} is ${values[i]}`, null, ids(i));
}

/** Finds the first tensor that is not finite. */
export type Locate = () => Promise<FaultyTensor | null>;

/** Runs the search; null if it fails, as on a lost device, because the number that was found matters more. */
export const located = (locate: Locate): Promise<FaultyTensor | null> => locate().catch(() => null);

/**
 * Checks the numbers of a step by name.
 * @param locate finds the first tensor of the step that is not finite
 * @throws NonFiniteError with the number and the tensor
 */
export async function assertFiniteStep(numbers: Readonly<Record<string, number>>, locate: Locate): Promise<void> {
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value)) throw new NonFiniteError(`${name} is ${value}`, await located(locate));
}
