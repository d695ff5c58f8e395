/** Standard output and standard error. A full or closed one is reported and never costs a run. */

import { EXIT } from './exitCodes';
import { errorCode, fileFault } from './fileFault';

let goesOn = false;

function onFault(error: unknown): void {
  if (errorCode(error) !== 'EPIPE') {
    console.error(`error: standard output: ${fileFault(error)}`);
    process.exit(EXIT.failed);
  }
  // a reader that closes early (`… | head`) is not a failure
  if (!goesOn) process.exit(EXIT.done);
}

/** @param writesFiles true if the result is in files, so that the command goes on without a reader */
export function watchOutput(writesFiles: boolean): void {
  goesOn = writesFiles;
  process.stdout.on('error', onFault);
  // a closed standard error must not cost the run
  process.stderr.on('error', () => {});
}

/** Prints a line. Unlike `console.log` it reports a full disk. */
export function print(line: string): void {
  try {
    process.stdout.write(`${line}\n`);
  } catch (error) {
    onFault(error);
  }
}
