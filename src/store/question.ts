/** A question to the user that an action waits for. One at a time: a second question gets the answer no at once. */
import { lab } from './lab';

export interface Question {
  readonly title: string;
  /** Reasons for the question, one paragraph each. */
  readonly reasons: readonly string[];
  /** Label of the button for yes. */
  readonly confirm: string;
}

let resolve: ((goAhead: boolean) => void) | null = null;

/** Asks the user. @returns true for yes; false for no, or if another question is on screen */
export function ask(question: Question): Promise<boolean> {
  if (resolve) return Promise.resolve(false);
  lab.setState({ question });
  return new Promise((answer) => {
    resolve = answer;
  });
}

export function answer(goAhead: boolean): void {
  resolve?.(goAhead);
  resolve = null;
  lab.setState({ question: null });
}
