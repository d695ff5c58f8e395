/**
 * Pace of decoding. Steps per submit: as many as fit a time budget, so that no submit blocks the screen or triggers a
 * watchdog. Steps ahead of a readback: only as many as keep the GPU busy meanwhile, since they are wasted on rollouts that
 * have ended. The pace changes when the host submits work, never the results.
 */
export class Pace {
  /** Time per step; starts with a slow guess until the first measurement. */
  private msPerStep = 25;
  private lastArrival = 0;

  /** @param aheadMs generous estimate of the time that a readback takes on the host */
  constructor(
    private readonly budgetMs = 100,
    private readonly aheadMs = 20,
  ) {}

  /** Steps for one submit, at least 1. */
  stepsPerSubmit(): number {
    return Math.max(1, Math.floor(this.budgetMs / this.msPerStep));
  }

  /** Steps to submit ahead of a readback, at least 1. */
  stepsAhead(): number {
    return Math.max(1, Math.ceil(this.aheadMs / this.msPerStep));
  }

  /** Measures steps by the times of submit and readback, ms. The GPU was busy with earlier steps until the last readback. */
  measured(steps: number, submitted: number, arrived: number): void {
    this.msPerStep = (arrived - Math.max(submitted, this.lastArrival)) / steps;
    this.lastArrival = arrived;
  }
}
