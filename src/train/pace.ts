/**
 * How many decoding steps go into one submit: as many as a time budget holds, so that no submit keeps the GPU from the
 * screen or meets a watchdog. Only when work is handed over follows from it, never what comes out.
 */
export class Pace {
  /** Slow until a readback has told how long a step takes. */
  private msPerStep = 25;
  private lastArrival = 0;

  constructor(private readonly budgetMs = 100) {}

  /** At least 1. */
  stepsPerSubmit(): number {
    return Math.max(1, Math.floor(this.budgetMs / this.msPerStep));
  }

  /** Steps submitted and read back at these times, ms; what was submitted before held the GPU until it was read back. */
  measured(steps: number, submitted: number, arrived: number): void {
    this.msPerStep = (arrived - Math.max(submitted, this.lastArrival)) / steps;
    this.lastArrival = arrived;
  }
}
