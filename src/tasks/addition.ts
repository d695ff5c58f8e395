/** Addition of two numbers. The long trace writes the column sums from the right, carries included: 5+4=9,6+8=14. */
import { z } from 'zod';
import { excerpt } from '../quote';
import { plain } from '../text/answerText';
import { mark } from './picture';
import { type Task, think } from './task';
import { exactVerdict, exactWords } from './verdicts';

/** Sums stay exact below 2⁵³. */
const term = z
  .int()
  .min(0)
  .max(2 ** 52);
const problemSchema = z.strictObject({ terms: z.tuple([term, term]) });
type Addition = z.infer<typeof problemSchema>;

function columnSums([a, b]: Addition['terms']): string[] {
  const columns = Math.max(String(a).length, String(b).length);
  const steps: string[] = [];
  let carry = 0;
  for (let place = 0; place < columns; place++) {
    const x = Math.floor(a / 10 ** place) % 10;
    const y = Math.floor(b / 10 ** place) % 10;
    const sum = x + y + carry;
    steps.push(`${x}+${y}${carry ? '+1' : ''}=${sum}`);
    carry = sum > 9 ? 1 : 0;
  }
  return steps;
}

/** The first column summed one too high, an x where it is noticed, and the columns again. */
function withSlip(terms: Addition['terms']): string {
  const steps = columnSums(terms);
  const [sum, total] = steps[0]!.split('=');
  return [`${sum}=${Number(total) + 1}x`, ...steps].join(',');
}

/** Both terms have as many digits as the level says. */
export const addition: Task<Addition> = {
  name: 'addition',
  title: 'Addition',
  about: 'What is the sum of two numbers?',
  level: { unit: 'digits', min: 1, max: 6, initial: 2 },
  recipe: {
    title: 'Addition of two digits',
    about: 'RL sharpens what SFT began: half of the traces add column by column, half answer at once.',
    level: 2,
    model: { layers: 3 },
    sft: { shortShare: 0.5 },
    grpo: { prompts: 32, steps: 96 },
    reward: { lMax: 32, lPos: 25.6, lNeg: 11.2 },
  },
  problemSchema,
  generate(random, level) {
    const low = level === 1 ? 0 : 10 ** (level - 1);
    const term = () => random.integer(low, 10 ** level - 1);
    const terms: Addition['terms'] = [term(), term()];
    return { prompt: `${terms[0]}+${terms[1]}=`, answer: String(terms[0] + terms[1]), problem: { terms } };
  },
  identity: ({ terms }) => [...terms].sort((a, b) => a - b).join('+'),
  traces: ({ problem: { terms }, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(columnSums(terms).join(','), answer) },
    { kind: 'mend', completion: think(withSlip(terms), answer) },
  ],
  longestPrompt: (level) => 2 * level + 2,
  // a column is at most x+y+1=ss and a comma; then two tags, the answer and the end
  longestTrace: (level, kind) => level + 1 + 3 + { short: 0, long: 9 * level, mend: 9 * level + 8 }[kind],
  words: exactWords,
  verify: ({ terms }, answer) => exactVerdict(String(terms[0] + terms[1]), answer),
  picture({ terms }, answer) {
    const sum = String(terms[0] + terms[1]);
    const given = plain(answer ?? '');
    const width = Math.max(sum.length, given.length) + 2;
    const line = (text: string) => [mark(text.padStart(width))];
    return {
      kind: 'text',
      lines: [
        line(String(terms[0])),
        line(`+ ${terms[1]}`),
        [mark((given || '?').padStart(width), given === sum ? 'good' : 'bad')],
      ],
      caption: `${terms[0]} + ${terms[1]} = ${sum}; answered ${excerpt(given || 'nothing')}`,
    };
  },
};
