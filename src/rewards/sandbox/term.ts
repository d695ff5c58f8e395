/** Interface of a custom reward term: its input, its output, its limits. */

/** Limits of one call. A step is a turn of a loop or a call inside the engine: 40 or so for one turn of a script's loop. */
export const CUSTOM_LIMITS = {
  steps: 10_000_000,
  memory: 16 * 2 ** 20,
  /** Some 200 calls within each other. More of the host's stack might be used up before, at a depth that differs between hosts. */
  stack: 32 * 2 ** 10,
  /** Larger values would drown all others in a sum, or overflow in a variance. */
  value: 1e6,
  /** Characters of a reason. */
  reason: 300,
} as const;

/** A rollout as a custom term reads it: plain data. */
export interface CustomRollout {
  readonly prompt: string;
  /** The answer that the task expects; others may be right too. */
  readonly expected: string;
  /** The whole completion, special tokens written out. */
  readonly text: string;
  /** Between the think tags; null where they are not in order. */
  readonly thought: string | null;
  /** After the think block; null where it never closes. */
  readonly answer: string | null;
  readonly correct: boolean;
  /** Share of the answer that is right, in [0, 1], and the task's other measures of it, by name. */
  readonly partial: number;
  readonly measures: Readonly<Record<string, number>>;
  /** Tokens, end token included, and the most that there may be. */
  readonly length: number;
  readonly lMax: number;
  readonly ended: boolean;
  readonly think: 'ok' | 'missing' | 'repeated' | 'order';
  readonly tokens: readonly string[];
}

/** Value of a custom term with its reason, both the user's; after a failure 0 and what went wrong. */
export interface CustomPart {
  readonly value: number;
  readonly reason: string;
  readonly failed?: true;
}

export interface CustomTerm {
  /** Never throws: a failure is value 0 and its reason. */
  evaluate(rollout: CustomRollout): CustomPart;
  /** Says if the last call used up its steps. */
  exhausted(): boolean;
}

export const failed = (reason: string): CustomPart => ({ value: 0, reason, failed: true });
