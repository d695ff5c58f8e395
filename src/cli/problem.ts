/** Reads the problem that completions are judged against: `--problem`, or `--prompt` with `--answer`. */
import { parseJson } from '../json';
import { type PlayProblem, playProblem } from '../lab/play/problem';
import type { Given } from './command';
import { InputError, input, readText } from './input';

export const PROBLEM_OPTIONS = {
  problem: {
    type: 'string',
    value: 'JSON|@FILE',
    help: 'problem as data prints it, or a group of a journal; `task` in it names another task than that of the recipe',
  },
  prompt: { type: 'string', value: 'TEXT', help: 'prompt, as the task writes it, in place of a problem' },
  answer: { type: 'string', value: 'TEXT', help: 'expected answer to the prompt, matched as text' },
} as const;

/**
 * @param task name of the task if the problem does not name one
 * @returns null for a prompt without an answer
 */
export function readProblem(
  { problem, prompt, answer }: Given<typeof PROBLEM_OPTIONS>,
  task: string | null,
): PlayProblem | null {
  if ((problem === undefined) === (prompt === undefined))
    throw new InputError('give either --problem or --prompt, such as --prompt "1101="');
  if (problem === undefined)
    return answer === undefined ? null : input(() => playProblem({ prompt, answer }, null, '--prompt'));
  if (answer !== undefined) throw new InputError('--answer belongs to --prompt; a problem has its own answer');
  const where = '--problem';
  const text = problem.startsWith('@') ? readText(problem.slice(1)) : problem;
  return input(() => playProblem(parseJson(text, where), task, where));
}
