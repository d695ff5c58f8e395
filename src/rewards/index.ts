/** Every reward term: adding one is its file and a line here. */
import { quote } from '../quote';
import { accuracy } from './accuracy';
import { answerFormat } from './answerFormat';
import { brevity } from './brevity';
import { custom } from './custom';
import { length } from './length';
import { partial } from './partial';
import { repetition } from './repetition';
import { stepCount } from './stepCount';
import { tagCount } from './tagCount';
import type { RewardTerm } from './term';

/** In the order of a rollout's parts. */
const ours = {
  accuracy,
  repetition,
  length,
  brevity,
  answerFormat,
  tagCount,
  stepCount,
  partial,
  custom,
} as const satisfies Record<string, RewardTerm>;

type Ours = typeof ours;
export type RewardName = keyof Ours;
type All<T> = (T extends unknown ? (each: T) => void : never) extends (all: infer A) => void ? A : never;
/** Fields of the recipe that the terms declare: a weight for each by its name, and all constants. */
export type RewardShape = { [N in RewardName]: Ours[N]['weight'] } & All<Ours[RewardName]['constants']>;

const terms: RewardTerm[] = Object.values(ours);

/** All terms, in the order of a rollout's parts. */
export const rewardTerms: readonly RewardTerm[] = terms;

/** Name of a term's weight, then of its constants: the fields that it takes in a recipe. */
const fieldsOf = ({ name, constants }: RewardTerm): string[] => [name, ...Object.keys(constants)];

/**
 * Adds a term of another program. Recipes know it from then on, so call this before loading lab/recipe.
 * @throws where a field of its name exists already
 */
export function addRewardTerm(term: RewardTerm): void {
  const taken = new Set(['lMax', ...terms.flatMap(fieldsOf)]);
  const twice = fieldsOf(term).find((field) => taken.has(field));
  if (twice !== undefined) throw new Error(`reward term ${quote(term.name)}: the field ${twice} exists; rename it`);
  terms.push(term);
}

/** True for a term whose calls may fail, as those of a user's program. */
export const mayFail = (name: string): boolean => terms.some((term) => term.name === name && term.open !== undefined);

/** @throws naming the terms */
export function rewardTermNamed(name: string): RewardTerm {
  const term = terms.find((candidate) => candidate.name === name);
  if (!term)
    throw new Error(`reward term ${quote(name)} does not exist; use ${terms.map((each) => each.name).join(', ')}`);
  return term;
}

/** The recipe's fields of all terms: each weight, followed by the constants of its term. */
export const rewardShape = (): RewardShape =>
  Object.assign({}, ...terms.map(({ name, weight, constants }) => ({ [name]: weight, ...constants })));
