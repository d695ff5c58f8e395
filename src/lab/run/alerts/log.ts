/** Alerts of a run so far. Each step is checked once; a few episodes are all that stays in memory. */
import type { AlertRecord, AlertRun, Check, Values } from './alert';
import { alerts } from './index';

/** Episode of an alert: the steps in a row that raise it. */
export interface Raised {
  readonly record: AlertRecord;
  /** First and last step, from 1. */
  readonly from: number;
  readonly to: number;
  /** Values of the last step. */
  readonly values: Values;
  /** True while the newest step raises it. */
  readonly lasts: boolean;
}

/** Ended episodes that are kept. */
const MOST_ENDED = 12;

/** One record over the steps of a run. */
class Watched {
  private readonly check: Check;
  private inRow = 0;
  episode: Omit<Raised, 'lasts'> | null = null;

  constructor(
    readonly record: AlertRecord,
    run: AlertRun,
  ) {
    this.check = record.start(run);
  }

  /** @returns the episode that ends before the i-th step */
  step(i: number, firstStep: number): Omit<Raised, 'lasts'> | null {
    const values = this.check(i);
    if (!values) {
      const ended = this.episode;
      this.inRow = 0;
      this.episode = null;
      return ended;
    }
    this.inRow++;
    const to = firstStep + i;
    const from = this.episode?.from ?? to - this.record.steps + 1;
    if (this.inRow >= this.record.steps) this.episode = { record: this.record, from, to, values };
    return null;
  }
}

export class AlertLog {
  private done = { sft: 0, grpo: 0, evaluations: 0 };
  private watched: Watched[];
  private ended: Raised[] = [];
  private evaluated: Raised[] = [];

  constructor(private readonly run: AlertRun) {
    this.watched = alerts.map((record) => new Watched(record, run));
  }

  /** True if the run has dropped steps, because it continues from an earlier one: its log begins again. */
  isBehind(): boolean {
    const { sft, grpo, evaluations } = this.done;
    return this.run.sft.length < sft || this.run.length < grpo || this.run.evaluations.length < evaluations;
  }

  /**
   * Checks the steps that came since the last call.
   * @param firstStep number of the first GRPO step
   * @returns all alerts, the newest first
   */
  update(firstStep: number): readonly Raised[] {
    const { run, done } = this;
    for (; done.sft < run.sft.length; done.sft++) this.step('sft', done.sft, 1);
    for (; done.grpo < run.length; done.grpo++) this.step('grpo', done.grpo, firstStep);
    if (done.evaluations < run.evaluations.length) this.evaluate(firstStep);
    // the stage that trains now: an alert of SFT ends with it
    const stage = run.length > 0 ? 'grpo' : 'sft';
    const open = this.watched.flatMap(({ episode, record }): Raised[] =>
      episode ? [{ ...episode, lasts: record.stage === stage }] : [],
    );
    return [...open, ...this.evaluated, ...this.ended].sort(
      (a, b) => Number(b.lasts) - Number(a.lasts) || b.from - a.from,
    );
  }

  private step(stage: AlertRecord['stage'], i: number, firstStep: number): void {
    for (const one of this.watched) {
      if (one.record.stage !== stage) continue;
      const ended = one.step(i, firstStep);
      if (ended) this.ended = [{ ...ended, lasts: false }, ...this.ended].slice(0, MOST_ENDED);
    }
  }

  private evaluate(firstStep: number): void {
    this.done.evaluations = this.run.evaluations.length;
    const to = firstStep + this.run.length - 1;
    this.evaluated = alerts.flatMap((record): Raised[] => {
      const values = record.evaluated?.(this.run);
      return values ? [{ record, from: to, to, values, lasts: true }] : [];
    });
  }
}
