/** Summary of a what-if: rewards, their correlation with correctness, and changed signs of advantages. */
import type { Earned, WhatIfStep } from './whatIf';

/** A smaller advantage counts as 0: rounding leaves some in groups of equal rewards. */
const NO_ADVANTAGE = 1e-6;
/** A smaller variance counts as none. */
const NO_VARIANCE = 1e-12;

/** Direction in which the update moves a completion: 1 more likely, −1 less likely, 0 neither. */
export const signOf = (advantage: number): -1 | 0 | 1 =>
  Math.abs(advantage) < NO_ADVANTAGE ? 0 : advantage > 0 ? 1 : -1;

interface Signs {
  readonly before: Pick<Earned, 'advantage'>;
  readonly after: Pick<Earned, 'advantage'>;
}

/** True if the edited reward turns the direction of the update, or adds or removes one. */
export const changesSign = ({ before, after }: Signs): boolean => signOf(before.advantage) !== signOf(after.advantage);

export interface RewardStatistics {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Pearson correlation of reward with correctness; null if one of them never varies. */
  readonly correlation: number | null;
}

export interface WhatIfSummary {
  readonly steps: number;
  readonly rollouts: number;
  /** Share of right completions. */
  readonly accuracy: number;
  readonly before: RewardStatistics;
  readonly after: RewardStatistics;
  /** Mean of each part under the edited reward, before its weight. */
  readonly parts: readonly { readonly name: string; readonly weight: number; readonly mean: number }[];
  /** Rollouts whose advantage changed its sign, and those that turned from one direction into the other. */
  readonly signs: { readonly changed: number; readonly lessToMore: number; readonly moreToLess: number };
  /** Right completions that the update makes less likely. */
  readonly rightDiscouraged: { readonly before: number; readonly after: number };
}

/** Sums for one reward. */
class Statistics {
  private n = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  /** Running means and sums of squares and products about them (Welford). */
  private mean = 0;
  private squares = 0;
  private right = 0;
  private products = 0;

  add(reward: number, correct: boolean): void {
    this.n++;
    this.min = Math.min(this.min, reward);
    this.max = Math.max(this.max, reward);
    const delta = reward - this.mean;
    this.mean += delta / this.n;
    this.squares += delta * (reward - this.mean);
    const x = correct ? 1 : 0;
    this.right += (x - this.right) / this.n;
    this.products += delta * (x - this.right);
  }

  get accuracy(): number {
    return this.right;
  }

  result(): RewardStatistics {
    const { n, mean, min, max, squares, right, products } = this;
    const variances = [squares / n, right * (1 - right)];
    const varies = variances.every((variance) => variance > NO_VARIANCE);
    return { mean, min, max, correlation: varies ? products / n / Math.sqrt(variances[0]! * variances[1]!) : null };
  }
}

/** Adds up the steps of a what-if. */
export class WhatIfTotals {
  private readonly before = new Statistics();
  private readonly after = new Statistics();
  private readonly parts = new Map<string, { weight: number; sum: number }>();
  private readonly signs = { changed: 0, lessToMore: 0, moreToLess: 0 };
  private readonly discouraged = { before: 0, after: 0 };
  private steps = 0;
  private rollouts = 0;

  add({ rollouts }: WhatIfStep): void {
    this.addStep();
    for (const { correct, before, after } of rollouts) {
      this.addRollout(correct, before, after);
      for (const { name, weight, value } of after.parts) this.addPart(name, weight, value);
    }
  }

  addStep(): void {
    this.steps++;
  }

  addPart(name: string, weight: number, value: number): void {
    const part = this.parts.get(name);
    if (part) part.sum += value;
    else this.parts.set(name, { weight, sum: value });
  }

  addRollout(correct: boolean, before: Earned, after: Earned): void {
    this.rollouts++;
    this.before.add(before.reward, correct);
    this.after.add(after.reward, correct);
    const [was, is] = [signOf(before.advantage), signOf(after.advantage)];
    if (was !== is) this.signs.changed++;
    if (was < 0 && is > 0) this.signs.lessToMore++;
    if (was > 0 && is < 0) this.signs.moreToLess++;
    if (correct && was < 0) this.discouraged.before++;
    if (correct && is < 0) this.discouraged.after++;
  }

  /** Summary so far; null before the first step. */
  summary(): WhatIfSummary | null {
    const { steps, rollouts } = this;
    if (rollouts === 0) return null;
    return {
      ...{ steps, rollouts, accuracy: this.after.accuracy },
      before: this.before.result(),
      after: this.after.result(),
      parts: [...this.parts].map(([name, { weight, sum }]) => ({ name, weight, mean: sum / rollouts })),
      signs: { ...this.signs },
      rightDiscouraged: { ...this.discouraged },
    };
  }
}
