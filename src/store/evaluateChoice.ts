/** Choices of the Evaluate tab that a link keeps, with their ranges. The defaults are those of `lab eval`. */
import type { Range } from '../lab/recipe/sections/sampling';

export interface EvaluateChoice {
  /** `RUN@grpo-20`, `RUN@base` or `folder:NAME`; null for the newest checkpoint of the newest run. */
  readonly model: string | null;
  /** Tasks at levels, such as `parity:12`; null for the task of the model's training. */
  readonly tasks: readonly string[] | null;
  readonly problems: number;
  /** k, answers to each problem. */
  readonly samples: number;
  /** 0 takes the most likely token. */
  readonly temperature: number;
  readonly seed: number;
  /** Evaluations that are compared, by id; null for none. */
  readonly compared: readonly [a: string | null, b: string | null];
}

export type EvaluateNumber = 'problems' | 'samples' | 'temperature' | 'seed';

export const EVALUATE_RANGES: Readonly<Record<EvaluateNumber, Range & { readonly whole: boolean }>> = {
  problems: { initial: 256, min: 1, max: 10_000, whole: true },
  samples: { initial: 5, min: 1, max: 256, whole: true },
  temperature: { initial: 0.8, min: 0, max: 2, whole: false },
  seed: { initial: 0, min: 0, max: 2 ** 31 - 1, whole: true },
};

export const EVALUATE_NUMBERS = Object.keys(EVALUATE_RANGES) as readonly EvaluateNumber[];

export const INITIAL_EVALUATE: EvaluateChoice = {
  ...{ model: null, tasks: null, problems: 256, samples: 5, temperature: 0.8, seed: 0, compared: [null, null] },
};

/** Fault of a number, in words; null if it fits. */
export function evaluateFault(name: EvaluateNumber, value: number): string | null {
  const { min, max, whole } = EVALUATE_RANGES[name];
  if (!Number.isFinite(value) || value < min || value > max) return `use ${min} to ${max}`;
  if (whole && !Number.isInteger(value)) return 'use a whole number';
  return name === 'temperature' && value > 0 && value < 0.001 ? 'use 0, or 0.001 and more' : null;
}

/** Task and level of a text such as `parity:12`; null for another text. */
export function taskAtLevel(text: string): { readonly task: string; readonly level: number } | null {
  const [, task, level] = /^([a-z]{1,32}):(\d{1,6})$/.exec(text) ?? [];
  return task === undefined ? null : { task, level: Number(level) };
}
