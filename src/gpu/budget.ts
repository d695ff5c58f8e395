/**
 * How long work holds the GPU, learnt from when submits end, and what a dispatch costs of the time that one submit may take: a
 * screen stays smooth, and no watchdog resets the device. Where submits are cut changes when work is handed over, never what
 * comes out.
 */
import type { Sequence } from './device';

/** Work that nobody has timed yet goes out in so many dispatches a submit. */
const UNTIMED = 8;
/** A sequence takes what the fastest of so many timings took: a busy host makes the others longer. */
const TIMINGS = 4;

/** Submits between two readbacks. */
export interface SubmitWindow {
  readonly sequences: ReadonlySet<Sequence>;
  readonly workgroups: number;
  /** When the first was submitted, ms. */
  readonly began: number;
}

export class SubmitBudget {
  /** Milliseconds a workgroup of a sequence, all alike. */
  private readonly timings = new WeakMap<Sequence, number[]>();
  private sequences = new Set<Sequence>();
  private workgroups = 0;
  private began: number | null = null;
  private lastEnd = 0;

  constructor(readonly milliseconds = 100) {}

  /** Milliseconds of a dispatch of the sequence with so many workgroups. */
  costOf(sequence: Sequence, workgroups: number): number {
    const timings = this.timings.get(sequence);
    return timings ? workgroups * Math.min(...timings) : this.milliseconds / UNTIMED;
  }

  /** So many workgroups of the sequence are being submitted. */
  submitted(sequence: Sequence, workgroups: number, now: number): void {
    this.began ??= now;
    this.sequences.add(sequence);
    this.workgroups += workgroups;
  }

  /** What was submitted since the last readback: this one's end will be its end. */
  openWindow(): SubmitWindow {
    const window = { sequences: this.sequences, workgroups: this.workgroups, began: this.began ?? 0 };
    this.sequences = new Set();
    this.workgroups = 0;
    this.began = null;
    return window;
  }

  /** The window's readback has arrived. */
  ended({ sequences, workgroups, began }: SubmitWindow, now: number): void {
    // what was submitted before held the GPU until it ended
    const each = (now - Math.max(began, this.lastEnd)) / Math.max(1, workgroups);
    this.lastEnd = now;
    for (const sequence of sequences)
      this.timings.set(sequence, [...(this.timings.get(sequence) ?? []), each].slice(-TIMINGS));
  }
}
