/** Measures step times in seconds. Pauses, evaluations and selections between two steps do not count. */
export interface StageTimer {
  /** Starts the next step. */
  start(): void;
  /** Seconds since the last `start` or `lap`. */
  lap(): number;
}

/** @param now clock in seconds */
export function stageTimer(now: () => number): StageTimer {
  let last = now();
  return {
    start() {
      last = now();
    },
    lap() {
      const before = last;
      last = now();
      return last - before;
    },
  };
}
