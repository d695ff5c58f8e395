/**
 * GRPO steps of a run: the latest whole, of the older ones the metrics, in columns that have room for the whole run from its
 * first step. A long run takes no more memory at its end than at its start.
 */
import type { GrpoEvent } from '../lab/run/events';

type Metrics = GrpoEvent['metrics'];
type Column = Float64Array<ArrayBuffer>;

export class GrpoSteps {
  private readonly columns = new Map<string, Column>();
  /** Duration of each step, s. */
  private times: number[] = [];
  private events: GrpoEvent[] = [];
  private capacity = 0;
  private first = 1;
  private taken = 0;

  /** @param kept number of steps whose rollouts stay in memory */
  constructor(public kept: number) {}

  /** Steps in memory. Those before a fork are in its parent. */
  get length(): number {
    return this.taken;
  }

  /** Number of the first step; null before it. */
  get firstStep(): number | null {
    return this.taken > 0 ? this.first : null;
  }

  /** Latest step, with its rollouts; null before the first. */
  get last(): GrpoEvent | null {
    return this.events.at(-1) ?? null;
  }

  /** Latest steps with their rollouts, at most `kept`. */
  get recent(): readonly GrpoEvent[] {
    return this.events;
  }

  /** Drops all steps. @param capacity steps that the run will take */
  begin(capacity: number): void {
    this.columns.clear();
    this.times = [];
    this.events = [];
    this.capacity = capacity;
    this.taken = 0;
  }

  push(event: GrpoEvent): void {
    if (this.taken === 0) this.first = event.step;
    if (this.taken === this.capacity) this.grow();
    for (const [name, value] of Object.entries(event.metrics)) this.column(name)[this.taken] = value;
    this.times[this.taken] = event.step_time;
    this.taken++;
    this.events.push(event);
    if (this.events.length > this.kept) this.events.shift();
  }

  /** Drops the steps after `step`, which a continued run takes again. */
  cutTo(step: number): void {
    this.taken = Math.max(0, Math.min(this.taken, step - this.first + 1));
    for (const column of this.columns.values()) column.fill(Number.NaN, this.taken);
    this.events = this.events.filter((event) => event.step <= step);
    const last = this.taken > 0 ? this.first + this.taken - 1 : null;
    if (last !== null && this.events.length === 0) this.events = [this.withoutRollouts(last)];
  }

  /** Number of the i-th step, from 0. */
  stepAt(i: number): number {
    return this.first + i;
  }

  /** Metrics of the i-th step, from 0: those that it has, of `names`. */
  metricsAt(i: number, names: Iterable<string> = this.columns.keys()): Metrics {
    const metrics: Metrics = {};
    for (const name of names) {
      const value = this.columns.get(name)?.[i];
      if (value !== undefined && !Number.isNaN(value)) metrics[name] = value;
    }
    return metrics;
  }

  /** Step by its number; without rollouts if it is old, null if it is not there. */
  event(step: number): GrpoEvent | null {
    const i = step - this.first;
    if (i < 0 || i >= this.taken) return null;
    return this.events.find((event) => event.step === step) ?? this.withoutRollouts(step);
  }

  private withoutRollouts(step: number): GrpoEvent {
    const i = step - this.first;
    return { type: 'grpo', step, metrics: this.metricsAt(i), groups: [], step_time: this.times[i]! };
  }

  private column(name: string): Column {
    const found = this.columns.get(name);
    if (found) return found;
    const column = new Float64Array(this.capacity).fill(Number.NaN);
    this.columns.set(name, column);
    return column;
  }

  /** Doubles the room, for a run with more steps than its recipe says. */
  private grow(): void {
    this.capacity = Math.max(16, 2 * this.capacity);
    for (const [name, column] of this.columns) {
      const larger = new Float64Array(this.capacity).fill(Number.NaN);
      larger.set(column);
      this.columns.set(name, larger);
    }
  }
}
