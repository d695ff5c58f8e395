/**
 * How many decoding steps go into one submit: as many as a time budget holds, so that no submit keeps the GPU from the
 * screen or meets a watchdog. And how many go out before a readback is looked at: as many as keep the GPU busy meanwhile,
 * since they are in vain for rollouts that the readback shows to have ended. Only when work is handed over follows from
 * both, never what comes out.
 */
export class Pace {
  /** Slow until a readback has told how long a step takes. */
  private msPerStep = 25;
  private lastArrival = 0;

  /** @param aheadMs what a readback takes on its way through the host, generously */
  constructor(
    private readonly budgetMs = 100,
    private readonly aheadMs = 20,
  ) {}

  /** At least 1. */
  stepsPerSubmit(): number {
    return Math.max(1, Math.floor(this.budgetMs / this.msPerStep));
  }

  /** At least 1. */
  stepsAhead(): number {
    return Math.max(1, Math.ceil(this.aheadMs / this.msPerStep));
  }

  /** Steps submitted and read back at these times, ms; what was submitted before held the GPU until it was read back. */
  measured(steps: number, submitted: number, arrived: number): void {
    this.msPerStep = (arrived - Math.max(submitted, this.lastArrival)) / steps;
    this.lastArrival = arrived;
  }
}
