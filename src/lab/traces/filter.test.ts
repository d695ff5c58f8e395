/** Filters of traces: what they take, and faults with their place. */
import { describe, expect, it } from 'vitest';
import { VOCABULARY } from '../../text/vocabulary';
import { filterOf } from './filter';
import { indexedRollout } from './indexed';
import { TraceIndex } from './traceIndex';
import { writtenStep } from './written.fixture';

const index = new TraceIndex();
const read = indexedRollout(VOCABULARY);
for (let step = 1; step <= 40; step++) {
  const { groups } = writtenStep(step, { steps: 40, groups: 2, groupSize: 4 });
  index.add({
    step,
    groups: groups.map((group) => ({
      ...group,
      rollouts: group.rollouts.map((rollout) => read(rollout as never, 'here')),
    })),
  });
}
const rows = Array.from({ length: index.length }, (_, row) => row);
const taken = (filter: string) => {
  const takes = filterOf(filter, index);
  return rows.filter(takes);
};
const reward = (row: number) => index.number('reward', row);
const correct = (row: number) => index.flag('correct', row);
const tokens = (row: number) => index.number('tokens', row);
const prompt = (row: number) => index.problem(index.problemAt(row)).prompt;

describe('a filter', () => {
  it.each<[string, (row: number) => boolean]>([
    ['', () => true],
    ['reward < 0 and correct and tokens > 4', (row) => reward(row) < 0 && correct(row) && tokens(row) > 4],
    ['step >= 20 or not correct', (row) => index.placeOf(row).step >= 20 || !correct(row)],
    ['part.length < -0.2', (row) => index.part('length', row) < -0.2],
    ['part.length < −0.2', (row) => index.part('length', row) < -0.2],
    ['problem contains "110"', (row) => prompt(row).includes('110')],
    ["text contains '</THINK>1'", (row) => index.text(row).includes('</think>1')],
    ['not format', (row) => !index.flag('format', row)],
    ['not reward < 0', (row) => !(reward(row) < 0)],
    ['correct = (reward > 0)', (row) => correct(row) === reward(row) > 0],
    ['tokens - think * 2 >= 1 + 1', (row) => tokens(row) - index.number('think', row) * 2 >= 2],
    ['not (correct or ended) or false', (row) => !(correct(row) || index.flag('ended', row))],
    ['-reward > .5e0 and true', (row) => -reward(row) > 0.5],
  ])('%s', (filter, expected) => {
    const found = taken(filter);
    expect(found).toEqual(rows.filter(expected));
    expect(found.length, 'the test has rows to find').toBeGreaterThan(0);
  });
});

it.each([
  ['reward <', 'position 9: expected a field, a number, a text in quotes or "(", found the end'],
  ['reward < 0 correct', 'position 12: expected "and", "or", a comparison or the end, found "correct"'],
  ['(reward < 0', 'position 12: expected ")", found the end'],
  ['rewrd < 0', 'position 1: there is no field "rewrd"; did you mean reward? There are step, group,'],
  ['part.lenth < 0', 'did you mean part.length?'],
  ['reward', 'position 1: a filter needs a condition, such as "correct" or "reward < 0", and this is a number'],
  ['reward and correct', 'position 1: "and" needs a condition'],
  ['step contains "1"', 'position 1: "contains" needs a text, and this is a number'],
  ['correct = 1', 'position 11: "=" after a condition'],
  ['problem = "110', 'position 11: the text that begins here has no " at its end'],
  ['correct && ended', 'position 9: "&" belongs to no filter; write "and"'],
  ['correct # ended', 'position 9: "#" belongs to no filter'],
  ['('.repeat(300), 'more than 60 levels'],
  [`step > ${'1'.repeat(2000)}`, 'has 2007 characters; use at most 1000'],
])('%s is refused with its place', (filter, message) => {
  expect(() => filterOf(filter, index)).toThrow(message);
});
