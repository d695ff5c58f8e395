/** A question that holds something up until a person has answered it. One at a time: a second one waits for no answer. */
import { lab } from './lab';

export interface Question {
  readonly title: string;
  /** Why it is asked, a paragraph each. */
  readonly reasons: readonly string[];
  /** On the button that goes ahead. */
  readonly confirm: string;
}

let resolve: ((goAhead: boolean) => void) | null = null;

/** Whether to go ahead; false where another question is on screen. */
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
