/** Parity of a bit string. The long trace writes the running parity, one digit a bit, and ends on the answer. */
import { z } from 'zod';
import { excerpt } from '../quote';
import { plain } from '../text/answerText';
import { mark } from './picture';
import { type Task, think } from './task';
import { exactVerdict, exactWords } from './verdicts';

const problemSchema = z.strictObject({ bits: z.array(z.union([z.literal(0), z.literal(1)])).min(1) });
type Parity = z.infer<typeof problemSchema>;

/** Parity of the first 1, 2, … n bits. */
const runningParities = (bits: readonly number[]): number[] => {
  let parity = 0;
  return bits.map((bit) => {
    parity ^= bit;
    return parity;
  });
};
/** The running parities with a slip in the middle, an x where it is noticed, and the whole again. */
function withSlip(bits: readonly number[]): string {
  const parities = runningParities(bits);
  const slip = Math.floor(parities.length / 2);
  return `${parities.slice(0, slip).join('')}${1 - parities[slip]!}x${parities.join('')}`;
}
const parityOf = (bits: readonly number[]): string => String(runningParities(bits).at(-1));

export const parity: Task<Parity> = {
  name: 'parity',
  title: 'Parity',
  about: 'Is the number of ones odd (1) or even (0)?',
  level: { unit: 'bits', min: 1, max: 32, initial: 12 },
  recipe: {
    title: 'Parity of 12 bits',
    about:
      'After SFT the model answers at once and guesses. GRPO makes it think, because thinking is what gets rewarded.',
    level: 12,
  },
  problemSchema,
  generate(random, level) {
    const bits = Array.from({ length: level }, () => random.integer(0, 1) as 0 | 1);
    return { prompt: `${bits.join('')}=`, answer: parityOf(bits), problem: { bits } };
  },
  traces: ({ problem: { bits }, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(runningParities(bits).join(''), answer) },
    { kind: 'mend', completion: think(withSlip(bits), answer) },
  ],
  longestPrompt: (level) => level + 1,
  longestTrace: (level, kind) => 4 + { short: 0, long: level, mend: level + Math.floor(level / 2) + 2 }[kind],
  words: exactWords,
  verify: ({ bits }, answer) => exactVerdict(parityOf(bits), answer),
  picture({ bits }, answer) {
    const expected = parityOf(bits);
    const given = plain(answer ?? '') || 'nothing';
    return {
      kind: 'grid',
      rowLabels: ['bits', 'parity so far'],
      columnLabels: [],
      rows: [
        bits.map((bit) => mark(String(bit), bit ? 'accent' : 'plain')),
        runningParities(bits).map((parity) => mark(String(parity), 'muted')),
      ],
      caption: `${bits.filter(Boolean).length} ones: parity ${expected}; answered ${excerpt(given)}`,
    };
  },
};
