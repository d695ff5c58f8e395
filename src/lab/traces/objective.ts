/** Term of one token in the loss of its step: the formula of the recipe's loss with the numbers of the journal put in. */
import { correctionOf } from '../../train/losses/options';
import { sequenceLevel } from '../../train/losses/policyLoss';
import { dynamicsOf } from '../probe/dynamics';
import type { Recipe } from '../recipe/recipe';
import type { GrpoEvent } from '../run/events';
import type { TracePlace } from './traceIndex';

/** A symbol of the formula, with its value. */
export interface LossSymbol {
  readonly symbol: string;
  readonly about: string;
  /** Null where the journal does not have it. */
  readonly value: number | null;
}

export interface TokenObjective {
  /** Name of the loss, and its objective in words. */
  readonly loss: string;
  readonly description: string;
  /** Objective J of the token in symbols. */
  readonly objective: string;
  /** Whole term in symbols. */
  readonly term: string;
  readonly symbols: readonly LossSymbol[];
  /** Value of J, and of the term; null where a number is missing. */
  readonly objectiveValue: number | null;
  readonly termValue: number | null;
}

/** Formula of the objective of each kernel, in symbols; `δ` only where it is used. */
const FORMULAS: Readonly<Record<string, string>> = {
  policy_loss: 'min(r · A, clip(r, 1 − ε₁, 1 + ε₂) · A)',
  policy_loss_cispo: 'min(r, ε₂) · A · log π',
  policy_loss_sapo: '4 ÷ τ · σ(τ · (r − 1)) · A',
  policy_loss_vespo: 'φ · A · log π',
};
const CAPPED = 'min(min(r, δ) · A, clip(r, 1 − ε₁, 1 + ε₂) · A)';

const meanOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** Numbers of the last update for the tokens of a completion; null where the journal lacks them. */
const lastUpdate = (numbers: ArrayLike<number> | undefined, tokens: number): number[] | null =>
  numbers && numbers.length >= tokens ? Array.from(numbers).slice(numbers.length - tokens) : null;

/** @param token position in the completion */
export function tokenObjective(
  event: Pick<GrpoEvent, 'step' | 'groups' | 'metrics'>,
  recipe: Recipe,
  { group, rollout }: Pick<TracePlace, 'group' | 'rollout'>,
  token: number,
): TokenObjective {
  const found = event.groups[group]!.rollouts[rollout]!;
  const T = found.ids.length;
  const place = group * event.groups[group]!.rollouts.length + rollout;
  const {
    loss: options,
    weight,
    entropyWeight,
    entropyThreshold,
  } = dynamicsOf({ recipe, event, group, rollout }, place);
  const { loss, beta, klRatio, epsilonLow, epsilonHigh, delta, own } = options;
  const { updates } = recipe.grpo;
  const ratios = updates === 1 ? new Array<number>(T).fill(1) : lastUpdate(found.ratios, T);
  const ratio = ratios && (sequenceLevel(options) ? Math.exp(meanOf(ratios.map(Math.log))) : ratios[token]!);
  const kl = beta === 0 ? 0 : (lastUpdate(found.kls, T)?.[token] ?? null);
  const old = found.logprobs[token]!;
  const logprob = ratios && old + Math.log(ratios[token]!);
  const { advantage } = found;
  const entropy = found.entropies[token]!;
  const isKept = options.topEntropy >= 1 || entropy >= entropyThreshold;
  const isCorrected = correctionOf(options) !== null;
  const asked =
    ratio === null || logprob === null || isCorrected
      ? null
      : loss.objective.plain(
          { ratio, advantage, logprob, logRatios: () => ratios!.map(Math.log), logCorrections: () => [] },
          { ...options, ...own } as unknown as Readonly<Record<string, number>>,
        );
  const gated = loss.objective.gated;
  const objectiveValue = asked && isKept ? (gated ? asked.value * advantage * logprob! : asked.value) : asked && 0;
  const penalty = kl === null ? null : beta * kl; // k3 of the journal has the ratio already, where the recipe multiplies it
  const bonus = isKept ? entropyWeight * entropy : 0;
  const termValue = objectiveValue === null || penalty === null ? null : weight * (penalty - objectiveValue) - bonus;
  const formula = delta > 0 && loss.objective.name === 'policy_loss' ? CAPPED : FORMULAS[loss.objective.name]!;
  const symbols: LossSymbol[] = [
    { symbol: 'A', about: 'advantage', value: advantage },
    {
      symbol: 'r',
      about: sequenceLevel(options) ? 'ratio of the completion' : 'ratio, new ÷ old probability',
      value: ratio,
    },
    ...(formula.includes('ε₁') ? [{ symbol: 'ε₁', about: 'ε low', value: epsilonLow }] : []),
    ...(formula.includes('ε₂') ? [{ symbol: 'ε₂', about: 'ε high', value: epsilonHigh }] : []),
    ...(formula.includes('δ') ? [{ symbol: 'δ', about: 'cap of the ratio', value: delta }] : []),
    ...(formula.includes('τ')
      ? [
          {
            symbol: 'τ',
            about: 'temperature',
            value: (advantage > 0 ? own.sapoTemperaturePos : own.sapoTemperatureNeg)!,
          },
        ]
      : []),
    ...(formula.includes('φ') ? [{ symbol: 'φ', about: 'gate', value: asked?.value ?? null }] : []),
    ...(formula.includes('log π') ? [{ symbol: 'log π', about: 'log-probability', value: logprob }] : []),
    ...(isCorrected ? [{ symbol: 'c', about: 'sampler correction', value: null }] : []),
    { symbol: 'w', about: `weight: ${loss.aggregation.words}`, value: weight },
    ...(beta > 0
      ? [
          { symbol: 'β', about: 'KL coefficient', value: beta },
          { symbol: 'KL', about: `k3 to the reference${klRatio ? ', times the ratio' : ''}`, value: kl },
        ]
      : []),
    ...(entropyWeight > 0
      ? [
          { symbol: 'γ', about: 'entropy coefficient ÷ tokens', value: isKept ? entropyWeight : 0 },
          { symbol: 'H', about: 'entropy', value: entropy },
        ]
      : []),
  ];
  const term = `w · (${beta > 0 ? 'β · KL ' : ''}− ${isCorrected ? 'c · ' : ''}J)${entropyWeight > 0 ? ' − γ · H' : ''}`;
  const { name, description } = loss;
  return { loss: name, description, objective: formula, term, symbols, objectiveValue, termValue };
}
