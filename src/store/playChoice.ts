/** Choices of the Playground that a link keeps, with their ranges. */
import { type Range, SAMPLING } from '../lab/recipe/sections/sampling';
import type { AskedProblem } from '../worker/playProtocol';

export interface PlayChoice {
  /** An own prompt, or the problem of `data` in lab.ts. */
  readonly ask: 'prompt' | 'problem';
  /** Own prompt; null until one is typed, while an example is shown. */
  readonly prompt: string | null;
  /** Expected answer to the own prompt; empty for none. */
  readonly answer: string;
  /** Problem whose verifier judges while prompt and answer are its own; null for none. A link does not keep it. */
  readonly given: AskedProblem | null;
  /**
   * Model of each column: `RUN@grpo-20`, `RUN@base`, `base` for the untrained weights of the recipe on screen, or `folder:NAME`.
   * Null for `base` alone.
   */
  readonly models: readonly string[] | null;
  /** True while nobody has chosen models: they follow the run on screen. */
  readonly follows: boolean;
  /** 0 takes the most likely token. */
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  /** N, completions of each model. */
  readonly count: number;
  readonly seed: number;
  /** Most new tokens; 0 for all that fit. */
  readonly maxNew: number;
}

/** Numbers of the choice. */
export type PlayNumber = 'temperature' | 'topP' | 'topK' | 'minP' | 'count' | 'seed' | 'maxNew';

export const PLAY_RANGES: Readonly<Record<PlayNumber, Range & { readonly whole: boolean }>> = {
  temperature: { ...SAMPLING.temperature, min: 0, whole: false },
  topP: { ...SAMPLING.topP, whole: false },
  topK: { ...SAMPLING.topK, whole: true },
  minP: { ...SAMPLING.minP, whole: false },
  count: { initial: 1, min: 1, max: 64, whole: true },
  seed: { initial: 0, min: 0, max: 2 ** 31 - 1, whole: true },
  maxNew: { initial: 0, min: 0, max: 65_536, whole: true },
};

/** Most columns side by side. */
export const MOST_COLUMNS = 3;

const numbers = Object.fromEntries(Object.entries(PLAY_RANGES).map(([name, { initial }]) => [name, initial])) as Record<
  PlayNumber,
  number
>;

export const INITIAL_PLAY: PlayChoice = {
  ask: 'prompt',
  prompt: null,
  answer: '',
  given: null,
  models: null,
  follows: true,
  ...numbers,
};

/** Fault of a number, in words; null if it fits. */
export function playFault(name: PlayNumber, value: number): string | null {
  const { min, max, whole } = PLAY_RANGES[name];
  if (!Number.isFinite(value) || value < min || value > max) return `use ${min} to ${max}`;
  if (whole && !Number.isInteger(value)) return 'use a whole number';
  // smaller temperatures than this lose the order of the logits
  return name === 'temperature' && value > 0 && value < 0.001 ? 'use 0, or 0.001 and more' : null;
}
