/** Words and calls in messages, ready for a shell. */
import { PROGRAM } from './help';

/** A word as a shell reads it. */
export const word = (text: string): string =>
  /^[\w./@:=+,…-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A call such as `npm run lab -- train --resume runs/a`. */
export const call = (...args: readonly string[]): string => [PROGRAM, ...args.map(word)].join(' ');
