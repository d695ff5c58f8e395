/** Signals that stop a command: the first SIGINT, SIGTERM or SIGHUP lets it save its work, a later one ends it at once. */

/** Exit codes. */
export const EXIT = { done: 0, failed: 1, input: 2, diverged: 3, SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** What they mean, for `--help`. */
export const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done',
  failed: 'something failed on the way; a run that had begun to train has saved its weights',
  input: 'the input is wrong, or there is no place to write to; nothing was computed',
  diverged: 'a number of the training is no longer finite; the last finite weights are saved',
  SIGHUP: 'stopped by SIGHUP (a closed terminal); train finishes its step and saves the weights',
  SIGINT: 'stopped by SIGINT (Ctrl+C), likewise',
  SIGTERM: 'stopped by SIGTERM, likewise',
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/** Ends a command with a code and one line; the stack of the cause follows where that is a fault of the lab. */
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

/** A command says what a stop leaves, for the message. */
export function keeps(say: () => string): void {
  kept = say;
}

export const whatIsKept = (): string => kept?.() ?? 'nothing is saved';

const controller = new AbortController();

/** Aborted at the first signal; the reason is its name. */
export const stopping: AbortSignal = controller.signal;

/**
 * Milliseconds within which a second signal counts as the same one: a terminal sends Ctrl+C to npm and to the lab, and npm sends
 * it to the lab again.
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
 * Work that a signal need not wait for: the promise is left behind, and the process exits over it.
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
  work.catch(() => {}); // what fails after the stop is no news
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stopping.removeEventListener('abort', onStop);
  }
}
