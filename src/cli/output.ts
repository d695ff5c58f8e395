/** Standard output and standard error: a full or closed one is heard, and never costs a run. */
import { errorCode, fileFault } from './fileFault';
import { EXIT } from './stopping';

let goesOn = false;

function onFault(error: unknown): void {
  if (errorCode(error) !== 'EPIPE') {
    console.error(`error: standard output: ${fileFault(error)}`);
    process.exit(EXIT.failed);
  }
  // a reader that has seen enough (`… | head`) is no failure
  if (!goesOn) process.exit(EXIT.done);
}

/** @param writesFiles whether the command's work is in files, so that it goes on where nobody reads what it prints */
export function watchOutput(writesFiles: boolean): void {
  goesOn = writesFiles;
  process.stdout.on('error', onFault);
  // progress that nobody reads must not cost the run
  process.stderr.on('error', () => {});
}

/** Prints a line. Unlike `console.log` it does not swallow the error of a full disk. */
export function print(line: string): void {
  try {
    process.stdout.write(`${line}\n`);
  } catch (error) {
    onFault(error);
  }
}
