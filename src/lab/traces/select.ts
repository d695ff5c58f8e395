/** Rows of an index that a filter and a search take, in an order. */
import { quote } from '../../quote';
import { fieldNamed, fieldNames } from './fields';
import { filterOf, patternOf } from './filter';
import { ordered } from './order';
import { AS_DRAWN, type TraceQuery } from './query';
import type { TraceIndex } from './traceIndex';

/** Numbers in the order of their texts, for sorting problems. */
function ranksOf(texts: readonly string[]): Uint32Array {
  const order = texts.map((_, i) => i).sort((a, b) => (texts[a]! < texts[b]! ? -1 : texts[a] === texts[b] ? 0 : 1));
  const ranks = new Uint32Array(texts.length);
  let rank = 0;
  for (const [i, id] of order.entries()) {
    if (i > 0 && texts[id] !== texts[order[i - 1]!]) rank++;
    ranks[id] = rank;
  }
  return ranks;
}

/** Number of each row by which it is sorted. @throws naming the fields if there is no such field */
function keyOf(index: TraceIndex, name: string): (row: number) => number {
  const field = fieldNamed(name, index.terms);
  if (!field) throw new Error(`sort: there is no field ${quote(name)}; use ${fieldNames(index.terms).join(', ')}`);
  if (field.type !== 'text') return (row) => Number(field.value(index, row));
  if (name === 'text') {
    const ranks = ranksOf(Array.from({ length: index.length }, (_, row) => index.text(row)));
    return (row) => ranks[row]!;
  }
  const part = name === 'answer' ? 'answer' : 'prompt';
  const ranks = ranksOf(Array.from({ length: index.problemCount }, (_, id) => index.problem(id)[part]));
  return (row) => ranks[index.problemAt(row)]!;
}

/** @throws FilterFault, or an error about the sort */
export function selectTraces(index: TraceIndex, { filter, find, sort }: TraceQuery): Uint32Array {
  const takes = filterOf(filter, index);
  const pattern = find === '' ? null : patternOf(find);
  /** 1 for problems that contain the searched text. */
  const problems = Uint8Array.from({ length: pattern ? index.problemCount : 0 }, (_, id) => {
    const { prompt, answer } = index.problem(id);
    return pattern!.test(prompt) || pattern!.test(answer) ? 1 : 0;
  });
  const rows = new Uint32Array(index.length);
  let count = 0;
  for (let row = 0; row < index.length; row++) {
    if (pattern && problems[index.problemAt(row)] === 0 && !pattern.test(index.text(row))) continue;
    if (takes(row)) rows[count++] = row;
  }
  const found = rows.slice(0, count);
  if (sort === AS_DRAWN) return found;
  const descending = sort.startsWith('-');
  return ordered(found, keyOf(index, descending ? sort.slice(1) : sort), descending);
}
