/** Signals that stop a command. The first SIGINT, SIGTERM or SIGHUP lets it save its work; a later one ends it at once. */
import { EXIT } from './exitCodes';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/** Ends a command with a code and one line. The stack of the cause follows if the cause is a fault of the lab. */
export class ExitError extends Error {
  constructor(
    readonly code: number,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** Ends a command by a signal. */
export class StoppedError extends ExitError {
  constructor(
    readonly signal: StopSignal,
    kept: string,
  ) {
    super(EXIT[signal], `stopped by ${signal}${kept && `; ${kept}`}`);
  }
}

let kept: (() => string) | null = null;

/** Registers what a stop would leave, for the message of a stopped command. */
export function keeps(say: () => string): void {
  kept = say;
}

export const whatIsKept = (): string => kept?.() ?? 'nothing is saved';

const controller = new AbortController();

/** Aborted at the first signal; the reason is its name. */
export const stopping: AbortSignal = controller.signal;

/**
 * Milliseconds within which a second signal counts as the same one. A terminal sends Ctrl+C to npm and to the lab, and npm
 * sends it to the lab again.
 */
const SAME_SIGNAL_MS = 1000;

export function listenForSignals(): void {
  let first = 0;
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (!stopping.aborted) {
        first = performance.now();
        controller.abort(signal);
      } else if (performance.now() - first > SAME_SIGNAL_MS) process.exit(EXIT[signal]);
    });
}

/**
 * Awaits work that a signal may abandon: the process exits without waiting for the promise.
 * @param kept what is kept, for the message
 * @throws StoppedError at the first signal
 */
export async function unlessStopped<T>(work: Promise<T>, kept: () => string = () => ''): Promise<T> {
  let onStop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    onStop = () => reject(new StoppedError(stopping.reason as StopSignal, kept()));
    stopping.addEventListener('abort', onStop);
    if (stopping.aborted) onStop();
  });
  work.catch(() => {}); // a failure after the stop has no reader
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stopping.removeEventListener('abort', onStop);
  }
}
