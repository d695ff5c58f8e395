/** GRPO steps of a run: the latest whole, of the older ones the metrics, in columns. */
import { Columns } from '../columns';
import type { GrpoEvent } from '../lab/run/events';

type Metrics = GrpoEvent['metrics'];

export class GrpoSteps {
  private readonly metrics = new Columns();
  private readonly times = new Columns();
  private events: GrpoEvent[] = [];
  private first = 1;

  /** @param kept number of steps whose rollouts stay in memory */
  constructor(public kept: number) {}

  /** Steps in memory. Those before a fork are in its parent. */
  get length(): number {
    return this.metrics.length;
  }

  /** Number of the first step; null before it. */
  get firstStep(): number | null {
    return this.length > 0 ? this.first : null;
  }

  /** Latest step, with its rollouts; null before the first. */
  get last(): GrpoEvent | null {
    return this.events.at(-1) ?? null;
  }

  /** Latest steps with their rollouts, at most `kept`. */
  get recent(): readonly GrpoEvent[] {
    return this.events;
  }

  /** Drops all steps. @param steps that the run will take */
  begin(steps: number): void {
    this.metrics.clear(steps);
    this.times.clear(steps);
    this.events = [];
  }

  push(event: GrpoEvent): void {
    const { step, metrics, step_time } = event;
    if (this.length === 0) this.first = step;
    this.metrics.push(metrics);
    this.times.push({ step_time });
    this.events.push(event);
    if (this.events.length > this.kept) this.events.shift();
  }

  /** Drops the steps after `step`, which a continued run takes again. */
  cutTo(step: number): void {
    const left = step - this.first + 1;
    this.metrics.cutTo(left);
    this.times.cutTo(left);
    this.events = this.events.filter((event) => event.step <= step);
    if (this.length > 0 && this.events.length === 0) this.events = [this.withoutRollouts(this.stepAt(this.length - 1))];
  }

  /** Number of the i-th step, from 0. */
  stepAt(i: number): number {
    return this.first + i;
  }

  /** Metrics of the i-th step, from 0: those that it has, of `names`. */
  metricsAt(i: number, names?: Iterable<string>): Metrics {
    return this.metrics.row(i, names);
  }

  /** One metric of the i-th step, from 0; undefined where the step lacks it. */
  metricAt(i: number, name: string): number | undefined {
    return this.metrics.value(i, name);
  }

  /** Step by its number; without rollouts if it is old, null if it is not there. */
  event(step: number): GrpoEvent | null {
    const i = step - this.first;
    if (i < 0 || i >= this.length) return null;
    return this.events.find((event) => event.step === step) ?? this.withoutRollouts(step);
  }

  private withoutRollouts(step: number): GrpoEvent {
    const i = step - this.first;
    return { type: 'grpo', step, metrics: this.metricsAt(i), groups: [], step_time: this.times.row(i).step_time! };
  }
}
