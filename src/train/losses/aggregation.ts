/** Ways in which the losses of tokens add up to the loss of a step. */

export interface Aggregation {
  /** The normaliser in words, for the docs. */
  readonly words: string;
  /**
   * Weight of each token of each sequence.
   * @param lengths counted tokens of every sequence; 0 where it is masked whole
   */
  weights(lengths: readonly number[], maxCompletionLength: number): number[];
}

export const meanOfSequenceMeans: Aggregation = {
  words: 'mean over sequences of (sum over tokens ÷ length)',
  weights: (lengths) => lengths.map((length) => 1 / (lengths.length * Math.max(1, length))),
};

export const meanOfTokens: Aggregation = {
  words: 'sum over tokens ÷ tokens of the step',
  weights(lengths) {
    const tokens = Math.max(
      1,
      lengths.reduce((sum, length) => sum + length, 0),
    );
    return lengths.map(() => 1 / tokens);
  },
};

export const sumOverMaxLength: Aggregation = {
  words: 'sum over tokens ÷ (sequences · maximum completion length)',
  weights: (lengths, maxCompletionLength) => lengths.map(() => 1 / (lengths.length * maxCompletionLength)),
};

export const meanOfSequenceSums: Aggregation = {
  words: 'mean over sequences of the sum over tokens',
  weights: (lengths) => lengths.map(() => 1 / lengths.length),
};

/** Every aggregation, by what divides the loss of a token. */
export const aggregationsByDivisor = {
  sequence: meanOfSequenceMeans,
  batch: meanOfTokens,
  constant: sumOverMaxLength,
  none: meanOfSequenceSums,
} as const satisfies Record<string, Aggregation>;
/** Length normalization of a loss: length of the sequence, tokens of the batch, maximum completion length, or none. */
export type LengthDivisor = keyof typeof aggregationsByDivisor;
