/**
 * How long work holds the GPU, learnt from when submits end, and where a submit is to be cut so that none holds it for longer
 * than a budget: a screen stays smooth, and no watchdog resets the device. Cuts change when work is handed over, never
 * what comes out.
 */
import type { Sequence } from './device';

/** Work that nobody has timed yet goes out in so many dispatches a submit. */
const UNTIMED = 8;
/** A sequence takes what the fastest of so many timings took: a busy host makes the others longer. */
const TIMINGS = 4;

export class SubmitBudget {
  private readonly timings = new WeakMap<Sequence, number[]>();
  private lastEnd = 0;

  constructor(readonly milliseconds = 100) {}

  /** Milliseconds that a dispatch of the sequence takes, all alike. */
  costOf(sequence: Sequence): number {
    const timings = this.timings.get(sequence);
    return timings ? Math.min(...timings) : this.milliseconds / UNTIMED;
  }

  /** Dispatches of these sequences were submitted at one time and known to be done at another, ms. */
  measured(sequences: readonly Sequence[], dispatches: number, submitted: number, ended: number): void {
    // what was submitted before held the GPU until it ended
    const each = (ended - Math.max(submitted, this.lastEnd)) / Math.max(1, dispatches);
    this.lastEnd = ended;
    for (const sequence of sequences)
      this.timings.set(sequence, [...(this.timings.get(sequence) ?? []), each].slice(-TIMINGS));
  }
}
