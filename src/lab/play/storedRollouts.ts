/**
 * Rollouts of a run in columns: all that a reward reads. A journal is parsed once; each later edit reads the columns. The value
 * of a term stays too, until its constants change.
 */

import { Growing } from '../../growing';
import type { RewardOptions } from '../../rewards/total';
import { forOneStep } from '../../rewards/total';
import { parseCompletion } from '../../text/completion';
import { Tokenizer } from '../../text/tokenizer';
import { rewardInput } from '../../train/scoreCompletions';
import type { StoredRollout, StoredStep } from './storedSteps';

/** Terms whose values stay: the edits of one sitting change a few. */
const TERMS_KEPT = 16;

interface Group {
  /** Position in `prompts`. */
  readonly prompt: number;
  readonly answer: string;
}

interface Step {
  readonly step: number;
  /** Row of its first rollout. */
  readonly from: number;
  readonly groupSize: number;
  readonly groups: readonly Group[];
}

/** Values of a term with certain constants, for the rows so far. */
interface TermValues {
  readonly key: string;
  readonly values: Growing;
}

export class StoredRollouts {
  readonly steps: Step[] = [];
  readonly prompts: string[] = [];
  private readonly promptIds = new Map<string, number>();
  private readonly texts: string[] = [];
  /** Equal texts are one string. */
  private readonly known = new Map<string, string>();
  private readonly ids = new Growing('u32');
  /** Position in `ids` behind each row. */
  private readonly ends = new Growing('u32');
  private readonly ended = new Growing('u8');
  private readonly partial = new Growing('f64');
  private readonly measures = new Map<number, NonNullable<StoredRollout['measures']>>();
  readonly correct = new Growing('u8');
  readonly reward = new Growing('f64');
  readonly advantage = new Growing('f64');
  private kept: TermValues[] = [];

  private readonly tokenizer: Tokenizer;

  /** @param vocabulary token of each id in the run */
  constructor(vocabulary: readonly string[]) {
    this.tokenizer = new Tokenizer(vocabulary);
  }

  get length(): number {
    return this.texts.length;
  }

  add({ step, groups }: StoredStep): void {
    const from = this.length;
    const placed = groups.map(({ prompt, answer }) => ({ prompt: this.promptAt(prompt), answer }));
    this.steps.push({ step, from, groupSize: groups[0]!.rollouts.length, groups: placed });
    for (const { rollouts } of groups) for (const rollout of rollouts) this.addRollout(rollout);
  }

  private promptAt(prompt: string): number {
    const at = this.promptIds.get(prompt);
    if (at !== undefined) return at;
    this.promptIds.set(prompt, this.prompts.length);
    return this.prompts.push(prompt) - 1;
  }

  private addRollout({ ids, text, ended, correct, partial, measures, reward, advantage }: StoredRollout): void {
    if (measures) this.measures.set(this.length, measures);
    const known = this.known.get(text);
    if (known === undefined) this.known.set(text, text);
    this.texts.push(known ?? text);
    for (let t = 0; t < ids.length; t++) this.ids.push(ids[t]!);
    this.ends.push(this.ids.length);
    this.ended.push(Number(ended));
    this.correct.push(Number(correct));
    this.partial.push(partial);
    this.reward.push(reward);
    this.advantage.push(advantage);
  }

  private inputAt(row: number, group: Group, lMax: number) {
    const text = this.texts[row]!;
    const judged = {
      ids: this.ids.slice(row === 0 ? 0 : this.ends.at(row - 1), this.ends.at(row)),
      ended: this.ended.at(row) === 1,
      text,
      parsed: parseCompletion(text),
      correct: this.correct.at(row) === 1,
      partial: this.partial.at(row),
      measures: this.measures.get(row),
    };
    return rewardInput({ prompt: this.prompts[group.prompt]!, answer: group.answer }, judged, this.tokenizer, lMax);
  }

  /**
   * Values of the terms of a reward, which `evaluate` fills step by step.
   * @param keys name and constants of each term
   */
  valuesOf(keys: readonly string[]): readonly Growing[] {
    const found = keys.map((key) => this.kept.find((one) => one.key === key) ?? { key, values: new Growing('f64') });
    this.kept = [...this.kept.filter((one) => !found.includes(one)), ...found].slice(-TERMS_KEPT);
    return found.map(({ values }) => values);
  }

  /** Evaluates the terms that have no values yet for a step. The steps before it have theirs. */
  evaluate({ from, groupSize, groups }: Step, reward: RewardOptions, values: readonly Growing[]): void {
    const missing = reward.terms.flatMap((_, k) => (values[k]!.length === from ? [k] : []));
    if (missing.length === 0) return;
    const { terms, lMax } = forOneStep({ ...reward, terms: missing.map((k) => reward.terms[k]!) });
    for (const [g, group] of groups.entries())
      for (let row = from + g * groupSize; row < from + (g + 1) * groupSize; row++) {
        const input = this.inputAt(row, group, lMax);
        for (const [i, term] of terms.entries()) values[missing[i]!]!.push(term.evaluate(input).value);
      }
  }
}
