/**
 * A what-if over all stored rollouts, as columns: reward and advantage as the run had them and under each edited reward, the
 * rollouts whose advantage changes its sign first. Typed arrays, so that a page gets them without a copy.
 */

import { Growing } from '../../growing';
import { type RewardOptions, termKeys, totalOf } from '../../rewards/total';
import { advantagesOf } from '../../train/advantages';
import type { Recipe } from '../recipe/recipe';
import { openRewards } from '../run/options';
import type { StoredRollouts } from './storedRollouts';
import { changesSign, signOf, type WhatIfSummary, WhatIfTotals } from './whatIfSummary';

/** Rows in the order in which the run took them. */
export interface WhatIfTable {
  readonly step: Uint32Array;
  readonly group: Uint16Array;
  readonly rollout: Uint16Array;
  readonly correct: Uint8Array;
  /** Position of the row's prompt in `prompts`. */
  readonly prompt: Uint32Array;
  readonly prompts: readonly string[];
  /** Reward of each row: as the run had it, then under each edit. */
  readonly rewards: readonly Float64Array[];
  readonly advantages: readonly Float64Array[];
  /** Rows to show: changed signs under the first edit first, then the larger change of the advantage first. */
  readonly order: Uint32Array;
}

export interface Histogram {
  readonly low: number;
  readonly high: number;
  /** Rollouts in each bin: as the run had them, then under each edit. */
  readonly counts: readonly (readonly number[])[];
}

export interface WhatIfResult {
  /** Summary of each edit. */
  readonly summaries: readonly WhatIfSummary[];
  readonly table: WhatIfTable;
  readonly histogram: Histogram;
}

const BINS = 32;

/** Counts rewards in bins of equal width over the range of all of them. */
export function histogramOf(rewards: readonly Float64Array[]): Histogram {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const column of rewards)
    for (const reward of column) {
      low = Math.min(low, reward);
      high = Math.max(high, reward);
    }
  const width = (high - low) / BINS || 1;
  const counts = rewards.map((column) => {
    const bins = new Array<number>(BINS).fill(0);
    for (const reward of column) bins[Math.min(BINS - 1, Math.floor((reward - low) / width))]!++;
    return bins;
  });
  return { low, high, counts };
}

/** Changed signs first, then the larger change first; rows of one change keep their order. */
function orderOf(before: Float64Array, after: Float64Array): Uint32Array {
  const keys = before.map((was, row) => {
    const is = after[row]!;
    return (signOf(was) === signOf(is) ? 0 : 1e6) + Math.abs(is - was);
  });
  return new Uint32Array(before.length).map((_, row) => row).sort((a, b) => keys[b]! - keys[a]! || a - b);
}

/** One edited reward over the rollouts of a run. */
class EditedReward {
  readonly totals = new WhatIfTotals();
  readonly rewards = new Growing('f64');
  readonly advantages = new Growing('f64');
  private readonly values: readonly Growing[];

  private constructor(
    private readonly edited: Recipe,
    private readonly reward: RewardOptions,
    private readonly rollouts: StoredRollouts,
  ) {
    this.values = rollouts.valuesOf(termKeys(edited.reward));
  }

  static async open(edited: Recipe, rollouts: StoredRollouts): Promise<EditedReward> {
    return new EditedReward(edited, await openRewards(edited), rollouts);
  }

  add(step: StoredRollouts['steps'][number]): void {
    const { rollouts, reward, values, totals } = this;
    rollouts.evaluate(step, reward, values);
    const { from, groupSize, groups } = step;
    const rewards = Array.from({ length: groupSize * groups.length }, (_, r) =>
      totalOf(reward.terms.map(({ name, weight }, k) => ({ name, weight, value: values[k]!.at(from + r) }))),
    );
    const { scaleRewards, aggregation } = this.edited.grpo;
    const advantages = advantagesOf(rewards, { scaleRewards, aggregation, groupSize });
    totals.addStep();
    for (const [r, { total, parts }] of rewards.entries()) {
      const row = from + r;
      const before = { reward: rollouts.reward.at(row), advantage: rollouts.advantage.at(row) };
      totals.addRollout(rollouts.correct.at(row) === 1, before, { reward: total, advantage: advantages[r]! });
      for (const { name, weight, value } of parts) totals.addPart(name, weight, value);
      this.rewards.push(total);
      this.advantages.push(advantages[r]!);
    }
  }
}

/** Scores the steps of a run again under several rewards, one step at a time. */
export class WhatIfRun {
  private steps = 0;

  private constructor(
    private readonly rollouts: StoredRollouts,
    private readonly edits: readonly EditedReward[],
  ) {}

  /** @throws if a constant of a reward cannot be used, as JavaScript that does not compile */
  static async open(edits: readonly Recipe[], rollouts: StoredRollouts): Promise<WhatIfRun> {
    return new WhatIfRun(rollouts, await Promise.all(edits.map((edited) => EditedReward.open(edited, rollouts))));
  }

  /** Rollouts so far. */
  get length(): number {
    return this.edits[0]!.rewards.length;
  }

  /** Scores the next step. @returns its number; null where there is none yet */
  next(): number | null {
    const step = this.rollouts.steps[this.steps];
    if (!step) return null;
    this.steps++;
    for (const edit of this.edits) edit.add(step);
    return step.step;
  }

  /** Null before the first step. */
  result(): WhatIfResult | null {
    const { rollouts, edits, length } = this;
    const summaries = edits.map(({ totals }) => totals.summary());
    if (length === 0 || summaries.some((summary) => summary === null)) return null;
    const columns = { rewards: edits.map((one) => one.rewards), advantages: edits.map((one) => one.advantages) };
    const rewards = [rollouts.reward, ...columns.rewards].map((column) => Float64Array.from(column.slice(0, length)));
    const advantages = [rollouts.advantage, ...columns.advantages].map((column) =>
      Float64Array.from(column.slice(0, length)),
    );
    const table = {
      ...placesOf(rollouts, this.steps, length),
      correct: Uint8Array.from(rollouts.correct.slice(0, length)),
      prompts: [...rollouts.prompts],
      ...{ rewards, advantages, order: orderOf(advantages[0]!, advantages[1]!) },
    };
    return { summaries: summaries as WhatIfSummary[], table, histogram: histogramOf(rewards) };
  }
}

/** Step, group, place and prompt of each row. */
function placesOf(rollouts: StoredRollouts, steps: number, length: number) {
  const [step, prompt] = [new Uint32Array(length), new Uint32Array(length)];
  const [group, rollout] = [new Uint16Array(length), new Uint16Array(length)];
  for (const { step: number, from, groupSize, groups } of rollouts.steps.slice(0, steps))
    for (let r = 0; r < groupSize * groups.length; r++) {
      const g = Math.floor(r / groupSize);
      step[from + r] = number;
      group[from + r] = g;
      rollout[from + r] = r % groupSize;
      prompt[from + r] = groups[g]!.prompt;
    }
  return { step, group, rollout, prompt };
}

/** True if the advantage of a row changes its sign under an edit. @param edit position among the edits, from 0 */
export const rowChangesSign = ({ advantages }: Pick<WhatIfTable, 'advantages'>, row: number, edit: number): boolean =>
  changesSign({
    before: { advantage: advantages[0]![row]! },
    after: { advantage: advantages[edit + 1]![row]! },
  });
