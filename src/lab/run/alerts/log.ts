/** Alerts of a run so far. Each step is checked once; the latest episode of each alert is all that stays in memory. */
import type { AlertRecord, AlertRun, Check, Values } from './alert';
import { alerts } from './index';

/** Latest episode of an alert: the steps in a row that raise it. */
export interface Raised {
  readonly record: AlertRecord;
  /** First and last step, from 1. */
  readonly from: number;
  readonly to: number;
  /** Values of the last step. */
  readonly values: Values;
  /** True while the newest step raises it. */
  readonly lasts: boolean;
  /** Episodes so far, this one included. */
  readonly times: number;
}

type Episode = Omit<Raised, 'lasts'>;

/** One record over the steps of a run. */
class Watched {
  private readonly check: Check;
  private inRow = 0;
  /** The latest one; null without one. */
  episode: Episode | null = null;
  /** True while its steps go on. */
  isOpen = false;

  constructor(
    readonly record: AlertRecord,
    run: AlertRun,
  ) {
    this.check = record.start(run);
  }

  step(i: number, firstStep: number): void {
    const values = this.check(i);
    if (!values) {
      this.inRow = 0;
      this.isOpen = false;
      return;
    }
    this.inRow++;
    if (this.inRow < this.record.steps) return;
    const to = firstStep + i;
    const { from, times } = this.isOpen
      ? this.episode!
      : { from: to - this.record.steps + 1, times: (this.episode?.times ?? 0) + 1 };
    this.episode = { record: this.record, from, to, values, times };
    this.isOpen = true;
  }
}

export class AlertLog {
  private done = { sft: 0, grpo: 0, evaluations: 0 };
  private watched: Watched[];
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
   * @returns each alert that was raised, those that last first, then the newest
   */
  update(firstStep: number): readonly Raised[] {
    const { run, done } = this;
    for (; done.sft < run.sft.length; done.sft++) this.step('sft', done.sft, 1);
    for (; done.grpo < run.length; done.grpo++) this.step('grpo', done.grpo, firstStep);
    if (done.evaluations < run.evaluations.length) this.evaluate(firstStep);
    // the stage that trains now: an alert of SFT ends with it
    const stage = run.length > 0 ? 'grpo' : 'sft';
    // an alert of the last evaluation takes the place of the one that the steps raised
    const evaluated = new Set(this.evaluated.map(({ record }) => record));
    const watched = this.watched.flatMap(({ episode, isOpen, record }): Raised[] =>
      episode && !evaluated.has(record) ? [{ ...episode, lasts: isOpen && record.stage === stage }] : [],
    );
    return [...watched, ...this.evaluated].sort((a, b) => Number(b.lasts) - Number(a.lasts) || b.from - a.from);
  }

  private step(stage: AlertRecord['stage'], i: number, firstStep: number): void {
    for (const one of this.watched) if (one.record.stage === stage) one.step(i, firstStep);
  }

  private evaluate(firstStep: number): void {
    this.done.evaluations = this.run.evaluations.length;
    const to = firstStep + this.run.length - 1;
    this.evaluated = alerts.flatMap((record): Raised[] => {
      const values = record.evaluated?.(this.run);
      return values ? [{ record, from: to, to, values, lasts: true, times: 1 }] : [];
    });
  }
}
