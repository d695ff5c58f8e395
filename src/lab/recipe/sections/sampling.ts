/** Ranges and defaults of the sampling options, for rollouts and for the Playground. */

export interface Range {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

export const SAMPLING = {
  temperature: { initial: 1, min: 0.05, max: 5 },
  topP: { initial: 1, min: 0.01, max: 1 },
  topK: { initial: 0, min: 0, max: 1000 },
  minP: { initial: 0, min: 0, max: 1 },
} as const satisfies Record<string, Range>;

/** Arguments of a field with a range. */
export const ranged = ({ initial, min, max }: Range) => [initial, min, max] as const;
