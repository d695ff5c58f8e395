/** The task of README's example. */
import { z } from 'zod';
import { mark } from './picture';
import { type Task, think } from './task';
import { exactVerdict, exactWords } from './verdicts';

const reversed = (digits: string) => [...digits].reverse().join('');
const spelled = (digits: string) => [...digits].join(',');

export const reverse: Task<string> = {
  name: 'reverse',
  title: 'Reversal',
  about: 'Write the digits in reverse order.',
  level: { unit: 'digits', min: 4, max: 12, initial: 6 },
  recipe: { title: 'Six digits reversed', about: 'A guess is never right; a copy in reverse always is.', level: 6 },
  problemSchema: z.string().regex(/^\d+$/),
  generate(random, level) {
    const problem = Array.from({ length: level }, () => random.integer(0, 9)).join('');
    return { prompt: `${problem}=`, answer: reversed(problem), problem };
  },
  traces: ({ answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(spelled(answer), answer) },
    { kind: 'mend', completion: think(`${(Number(answer[0]) + 1) % 10}x${spelled(answer)}`, answer) },
  ],
  longestPrompt: (level) => level + 1,
  longestTrace: (level, kind) => 3 + level + { short: 0, long: 2 * level - 1, mend: 2 * level + 1 }[kind],
  words: exactWords,
  verify: (digits, answer) => exactVerdict(reversed(digits), answer),
  picture: (digits) => ({
    kind: 'text',
    lines: [[mark(digits, 'plain')]],
    caption: `${digits}, ${reversed(digits)} reversed`,
  }),
};
