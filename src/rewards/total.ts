/** Sum of the terms, each times its weight; by the report R = 8/13 · accuracy + 1/13 · repetition, at most 8/13 ≈ 0.615. */
import { rewardTerms } from './index';
import { constantsOf, type ReadyTerm, type RewardInput, type RewardPart, type RewardTerm } from './term';

/** Reward section of a recipe: L max, and the weights and constants of the terms by name. */
export type RewardFields = Readonly<Record<string, unknown>> & { readonly lMax: number };

interface WeightedTerm extends ReadyTerm {
  readonly name: string;
  readonly weight: number;
}

export interface RewardOptions {
  readonly lMax: number;
  /** Terms whose weight is not 0. */
  readonly terms: readonly WeightedTerm[];
}

export interface WeightedPart extends RewardPart {
  readonly name: string;
  readonly weight: number;
}

export interface Reward {
  readonly total: number;
  readonly parts: readonly WeightedPart[];
}

const weightOf = ({ name }: RewardTerm, fields: RewardFields): number => fields[name] as number;

/** Terms that a recipe uses: those whose weight is not 0. */
export const usedTerms = (fields: RewardFields): readonly RewardTerm[] =>
  rewardTerms.filter((term) => weightOf(term, fields) !== 0);

/**
 * Opens the terms that a recipe uses.
 * @param where name of a field in error messages
 * @throws where a constant cannot be used, as JavaScript that does not compile
 */
export async function openReward(
  fields: RewardFields,
  where: (field: string) => string = (field) => `recipe: reward.${field}`,
): Promise<RewardOptions> {
  const terms = usedTerms(fields).map(async (term): Promise<WeightedTerm> => {
    const constants = constantsOf(term, fields);
    const ready: ReadyTerm = term.open
      ? await term.open(constants, where)
      : { evaluate: (input) => term.evaluate(input, constants) };
    return { name: term.name, weight: weightOf(term, fields), ...ready };
  });
  return { lMax: fields.lMax, terms: await Promise.all(terms) };
}

/** The same reward for the calls of one training step. */
export const forOneStep = ({ lMax, terms }: RewardOptions): RewardOptions => ({
  lMax,
  terms: terms.map((term) => ({ ...term, ...term.forOneStep?.() })),
});

/** Total of parts that were evaluated before. */
export const totalOf = <P extends Pick<WeightedPart, 'weight' | 'value'>>(parts: readonly P[]) => ({
  total: parts.reduce((sum, { weight, value }) => sum + weight * value, 0),
  parts,
});

export const totalReward = (input: RewardInput, { terms }: Pick<RewardOptions, 'terms'>): Reward =>
  totalOf(terms.map(({ name, weight, evaluate }) => ({ name, weight, ...evaluate(input) })));

/** Text for each term that a recipe uses: equal texts give a completion equal values. The weight is not in it. */
export const termKeys = (fields: RewardFields): string[] =>
  usedTerms(fields).map((term) => JSON.stringify([term.name, fields.lMax, constantsOf(term, fields)]));

/** Highest reward that a completion can earn; null where a term that is used has no bound, or a negative weight. */
export function mostReward(fields: RewardFields): number | null {
  let total = 0;
  for (const term of usedTerms(fields)) {
    const most = term.most(constantsOf(term, fields));
    if (most === null || weightOf(term, fields) < 0) return null;
    total += weightOf(term, fields) * most;
  }
  return total;
}
