/** Exit codes of the terminal: the one table behind the code, `lab help` and docs/cli.md. */
const STOPPED = 'train finishes its step and saves a checkpoint; a second signal ends it at once';

export const EXIT_CODES = {
  done: { code: 0, meaning: 'done' },
  failed: {
    code: 1,
    meaning:
      'something failed during the work, such as a lost device, or a file of runs verify is damaged; a run keeps its journal and checkpoints',
  },
  input: { code: 2, meaning: 'the input is wrong, or the output cannot be written; nothing was computed' },
  diverged: { code: 3, meaning: 'a number in training became NaN or infinite; the last good checkpoint is kept' },
  SIGHUP: { code: 129, meaning: `stopped by SIGHUP (the terminal closed); ${STOPPED}` },
  SIGINT: { code: 130, meaning: `stopped by SIGINT (Ctrl+C); ${STOPPED}` },
  SIGTERM: { code: 143, meaning: `stopped by SIGTERM; ${STOPPED}` },
} as const;

type Codes = typeof EXIT_CODES;

/** The code of each ending. */
export const EXIT = Object.fromEntries(Object.entries(EXIT_CODES).map(([name, { code }]) => [name, code])) as {
  readonly [Name in keyof Codes]: Codes[Name]['code'];
};
