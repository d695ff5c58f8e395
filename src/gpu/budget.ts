/**
 * Time budget of a submit. It learns the cost of work from the times at which submits end. Short submits keep the screen
 * smooth, and no watchdog resets the device. Cutting a submit changes only when work starts, never its result.
 */
import type { Sequence } from './device';

/** Dispatches per submit of work without a timing. */
const UNTIMED = 8;
/** Timings kept per sequence. The fastest counts, because a busy host makes the others longer. */
const TIMINGS = 4;

/** The submits between two readbacks. */
export interface SubmitWindow {
  readonly sequences: ReadonlySet<Sequence>;
  readonly workgroups: number;
  /** Time of the first submit, ms. */
  readonly began: number;
}

export class SubmitBudget {
  /** Milliseconds per workgroup of a sequence. All its workgroups count as equal. */
  private readonly timings = new WeakMap<Sequence, number[]>();
  private sequences = new Set<Sequence>();
  private workgroups = 0;
  private began: number | null = null;
  private lastEnd = 0;

  constructor(readonly milliseconds = 100) {}

  /** Estimated milliseconds of a dispatch of the sequence. */
  costOf(sequence: Sequence, workgroups: number): number {
    const timings = this.timings.get(sequence);
    return timings ? workgroups * Math.min(...timings) : this.milliseconds / UNTIMED;
  }

  /** Records that workgroups of the sequence are submitted now. */
  submitted(sequence: Sequence, workgroups: number, now: number): void {
    this.began ??= now;
    this.sequences.add(sequence);
    this.workgroups += workgroups;
  }

  /** Takes the submits since the last readback. The next readback ends when they end. */
  openWindow(): SubmitWindow {
    const window = { sequences: this.sequences, workgroups: this.workgroups, began: this.began ?? 0 };
    this.sequences = new Set();
    this.workgroups = 0;
    this.began = null;
    return window;
  }

  /** Records that the window's readback has arrived. */
  ended({ sequences, workgroups, began }: SubmitWindow, now: number): void {
    // earlier work held the GPU until it ended
    const each = (now - Math.max(began, this.lastEnd)) / Math.max(1, workgroups);
    this.lastEnd = now;
    for (const sequence of sequences)
      this.timings.set(sequence, [...(this.timings.get(sequence) ?? []), each].slice(-TIMINGS));
  }
}
