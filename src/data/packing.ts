/**
 * Packing: sequences of any length laid end to end in one row of tokens, with no padding. Row n holds a token and predicts
 * the next one of its segment; a segment's last token is predicted but, unless asked for, not fed.
 */

export interface Packed {
  /** Rows in use; the arrays are exactly that long. */
  readonly tokens: number;
  readonly ids: Uint32Array;
  /** Position of each row, from 0 in every segment. */
  readonly positions: Uint32Array;
  /** First row of each row's segment, and one past its last. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** The token that each row predicts; 0 where it predicts none. */
  readonly targets: Uint32Array;
  /** First row of each segment. */
  readonly firstRows: readonly number[];
}

/** Rows that a sequence takes. */
export const rowsOf = (ids: ArrayLike<number>, keepLast = false): number =>
  keepLast ? ids.length : Math.max(0, ids.length - 1);

export function pack(sequences: readonly ArrayLike<number>[], keepLast = false): Packed {
  const tokens = sequences.reduce((sum, ids) => sum + rowsOf(ids, keepLast), 0);
  const packed = {
    tokens,
    ids: new Uint32Array(tokens),
    positions: new Uint32Array(tokens),
    starts: new Uint32Array(tokens),
    ends: new Uint32Array(tokens),
    targets: new Uint32Array(tokens),
    firstRows: [] as number[],
  };
  let row = 0;
  for (const ids of sequences) {
    const start = row;
    const end = start + rowsOf(ids, keepLast);
    packed.firstRows.push(start);
    for (; row < end; row++) {
      packed.ids[row] = ids[row - start] as number;
      packed.positions[row] = row - start;
      packed.starts[row] = start;
      packed.ends[row] = end;
      packed.targets[row] = ids[row - start + 1] ?? 0;
    }
  }
  return packed;
}

/** Rows sorted by token id (ascending within an id), and where each id starts: what the embedding's gradient walks. */
export function sortByToken(ids: Uint32Array, vocabulary: number): { order: Uint32Array; offsets: Uint32Array } {
  const offsets = new Uint32Array(vocabulary + 1);
  for (const id of ids) offsets[id + 1]! += 1;
  for (let v = 0; v < vocabulary; v++) offsets[v + 1]! += offsets[v]!;
  const next = offsets.slice();
  const order = new Uint32Array(ids.length);
  ids.forEach((id, row) => {
    order[next[id]!] = row;
    next[id]! += 1;
  });
  return { order, offsets };
}

/**
 * Splits sequences, in order, into batches of at most `capacity` rows each.
 * @throws where one sequence alone is longer
 */
export function splitByRows<T>(items: readonly T[], rows: (item: T) => number, capacity: number): T[][] {
  const batches: T[][] = [];
  let room = 0;
  for (const item of items) {
    const need = rows(item);
    if (need > capacity) throw new Error(`a sequence of ${need} tokens does not fit a batch of ${capacity}`);
    if (batches.length === 0 || need > room) {
      batches.push([]);
      room = capacity;
    }
    batches[batches.length - 1]?.push(item);
    room -= need;
  }
  return batches;
}
