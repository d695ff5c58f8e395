/** Filter of traces for the fuzz test. A mutated expression is a filter of every row, or is refused with its place. */
import { utf8Text } from '../json';
import { filterOf } from '../lab/traces/filter';
import { FilterFault } from '../lab/traces/filterTokens';
import { indexedRollout } from '../lab/traces/indexed';
import { TraceIndex } from '../lab/traces/traceIndex';
import { writtenStep } from '../lab/traces/written.fixture';
import { VOCABULARY } from '../text/vocabulary';
import { type Mutation, mutatedText } from './mutate.fixture';
import { faultOfError, type Target } from './target.fixture';

const SAMPLE =
  'reward < 0 and (correct or not format) and tokens - think * 2 >= -1.5e1 and part.length != 0 and problem contains "1" or text = \'x\'';

const index = new TraceIndex();
const read = indexedRollout(VOCABULARY);
const { step, groups } = writtenStep(1, { steps: 1, groups: 2, groupSize: 4 });
index.add({
  step,
  groups: groups.map((group) => ({ ...group, rollouts: group.rollouts.map((one) => read(one as never, 'here')) })),
});

/** Operators, brackets and operands in any order, as no person writes them. */
const WORDS = [
  ...['(', ')', 'not', '-', '−', 'and', 'or', '<', '<=', '=', '!=', 'contains', '+', '*', '/', '"', "'", '"a\\\\"'],
  ...['reward', 'correct', 'text', 'part.length', 'part.', 'constructor', '__proto__', 'toString', '1e999', '0', '.5'],
  ...['true', 'false', '.', '..', '1e', '\u0000', '\ud800', '９', 'ſtep', '$&', '(?:', '[', '{', '('.repeat(400)],
];

function faultOf({ bytes, what }: Mutation): string | null {
  let text = '';
  try {
    text = utf8Text(bytes, 'filter');
    const takes = filterOf(text, index);
    for (let row = 0; row < index.length; row++)
      if (typeof takes(row) !== 'boolean') return `gave ${String(takes(row))} for a row`;
    return null;
  } catch (error) {
    if (what === 'nothing') return `was refused: ${error}`;
    if (!(error instanceof FilterFault)) return faultOfError(error);
    if (error.at < 0 || error.at > text.length) return `names place ${error.at} of ${text.length} characters`;
    return faultOfError(error);
  }
}

export const filterTarget: Target = {
  name: 'a filter of traces',
  attempt(stream) {
    let mutation: Mutation = { bytes: new TextEncoder().encode(SAMPLE), what: 'nothing' };
    if (stream && stream.integer(0, 2) === 0) {
      const words = Array.from({ length: stream.integer(1, 40) }, () => stream.pick(WORDS));
      mutation = {
        bytes: new TextEncoder().encode(words.join(stream.pick(['', ' ']))),
        what: `words ${words.join(' ')}`,
      };
    } else if (stream) mutation = mutatedText(SAMPLE, stream);
    return { what: mutation.what, size: mutation.bytes.length, run: async () => faultOf(mutation) };
  },
};
