/** Numbers by which the tokens of a trace are coloured. Adding one is a record here. */
import type { StoredInspection } from '../../lab/stored/inspected';
import type { Rollout } from '../../train/grpo';
import { shadeOf, signedShadeOf, surpriseShade } from '../shared/shades';

export interface TokenNumbers {
  readonly rollout: Rollout;
  /** Updates per step, μ. */
  readonly updates: number;
  /** Numbers under the weights of a checkpoint; null without them. */
  readonly inspection: StoredInspection | null;
}

export interface TokenColor {
  readonly id: string;
  readonly title: string;
  /** Meaning of the shades, in words. */
  readonly legend: string;
  /** Reason for which the run has no such numbers; null if it has. */
  readonly missing: (numbers: TokenNumbers) => string | null;
  readonly shade: (numbers: TokenNumbers, token: number) => string | null;
}

/** Ratio of a token in the last update. */
export const lastRatio = ({ ids, ratios }: Rollout, token: number): number | null =>
  ratios ? (ratios[ratios.length - ids.length + token] ?? null) : null;

const NEEDS_INSPECTION = 'needs the weights of a checkpoint';

export const tokenColors = [
  {
    id: 'logprob',
    title: 'Log-probability',
    legend: 'darker: less expected',
    missing: () => null,
    shade: ({ rollout }, token) => surpriseShade(rollout.logprobs[token]!),
  },
  {
    id: 'entropy',
    title: 'Entropy',
    legend: 'darker: the model was less certain',
    missing: () => null,
    shade: ({ rollout }, token) => shadeOf(rollout.entropies[token]!, Math.log(8)),
  },
  {
    id: 'advantage',
    title: 'Advantage',
    legend: 'blue: made more likely, orange: less likely',
    missing: () => null,
    shade: ({ rollout }) => signedShadeOf(rollout.advantage, 2),
  },
  {
    id: 'ratio',
    title: 'Ratio',
    legend: 'blue: above 1, orange: below 1',
    missing: ({ rollout, updates }) => {
      if (updates === 1) return 'is 1 everywhere: this run has one update per step';
      return rollout.ratios ? null : 'was not stored with this run';
    },
    shade: ({ rollout }, token) => signedShadeOf(Math.log(lastRatio(rollout, token) ?? 1), Math.log(1.5)),
  },
  {
    id: 'gradient',
    title: 'Gradient share',
    legend: 'darker: more of the gradient of this trace',
    missing: ({ inspection }) => (inspection ? null : NEEDS_INSPECTION),
    shade: ({ inspection, rollout }, token) =>
      shadeOf(inspection?.tokens[token]?.gradient_share ?? 0, 4 / rollout.ids.length),
  },
] as const satisfies readonly TokenColor[];

export type ColorId = (typeof tokenColors)[number]['id'];

/** Colouring after `color` of those that the trace has numbers for. */
export function nextColor(color: ColorId, numbers: TokenNumbers): ColorId {
  const usable = tokenColors.filter((one: TokenColor) => one.missing(numbers) === null);
  return usable[(usable.findIndex(({ id }) => id === color) + 1) % usable.length]!.id;
}
