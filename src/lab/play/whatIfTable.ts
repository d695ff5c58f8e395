/**
 * A what-if over all stored rollouts, as columns: reward and advantage as the run had them and under each edited reward, the
 * rollouts whose advantage changes its sign first. Typed arrays, so that a page gets them without a copy.
 */
import type { Recipe } from '../recipe/recipe';
import type { StoredStep } from './storedSteps';
import { WhatIf } from './whatIf';
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

/** Scores the steps of a run again under several rewards, one step at a time. */
export class WhatIfRun {
  private readonly places: { step: number; group: number; rollout: number; correct: boolean; prompt: number }[] = [];
  private readonly prompts = new Map<string, number>();
  private readonly rewards: number[][];
  private readonly advantages: number[][];
  private readonly totals: readonly WhatIfTotals[];

  private constructor(private readonly scorers: readonly WhatIf[]) {
    this.rewards = [[], ...scorers.map(() => [])];
    this.advantages = [[], ...scorers.map(() => [])];
    this.totals = scorers.map(() => new WhatIfTotals());
  }

  /** @throws if a constant of a reward cannot be used, as JavaScript that does not compile */
  static async open(edits: readonly Recipe[], vocabulary: readonly string[]): Promise<WhatIfRun> {
    return new WhatIfRun(await Promise.all(edits.map((edited) => WhatIf.open(edited, vocabulary))));
  }

  /** Rollouts so far. */
  get length(): number {
    return this.places.length;
  }

  add(stored: StoredStep): void {
    for (const [k, scorer] of this.scorers.entries()) {
      const scored = scorer.step(stored);
      this.totals[k]!.add(scored);
      for (const { group, rollout, correct, before, after } of scored.rollouts) {
        this.rewards[k + 1]!.push(after.reward);
        this.advantages[k + 1]!.push(after.advantage);
        if (k > 0) continue;
        this.rewards[0]!.push(before.reward);
        this.advantages[0]!.push(before.advantage);
        const prompt = this.promptAt(stored.groups[group]!.prompt);
        this.places.push({ step: stored.step, group, rollout, correct, prompt });
      }
    }
  }

  private promptAt(prompt: string): number {
    const at = this.prompts.get(prompt) ?? this.prompts.size;
    this.prompts.set(prompt, at);
    return at;
  }

  /** Null before the first step. */
  result(): WhatIfResult | null {
    const summaries = this.totals.map((totals) => totals.summary());
    if (this.length === 0 || summaries.some((summary) => summary === null)) return null;
    const { places } = this;
    const rewards = this.rewards.map((column) => Float64Array.from(column));
    const advantages = this.advantages.map((column) => Float64Array.from(column));
    const table = {
      step: Uint32Array.from(places, ({ step }) => step),
      group: Uint16Array.from(places, ({ group }) => group),
      rollout: Uint16Array.from(places, ({ rollout }) => rollout),
      correct: Uint8Array.from(places, ({ correct }) => Number(correct)),
      prompt: Uint32Array.from(places, ({ prompt }) => prompt),
      prompts: [...this.prompts.keys()],
      ...{ rewards, advantages, order: orderOf(advantages[0]!, advantages[1]!) },
    };
    return { summaries: summaries as WhatIfSummary[], table, histogram: histogramOf(rewards) };
  }
}

/** True if the advantage of a row changes its sign under an edit. @param edit position among the edits, from 0 */
export const rowChangesSign = ({ advantages }: Pick<WhatIfTable, 'advantages'>, row: number, edit: number): boolean =>
  changesSign({
    before: { reward: 0, advantage: advantages[0]![row]! },
    after: { reward: 0, parts: [], advantage: advantages[edit + 1]![row]! },
  });
