/** Jumps to one trace of a selection. Adding one is a record here. */
import type { TraceIndex } from './traceIndex';

export interface Jump {
  readonly id: string;
  readonly title: string;
  /** Explanation behind the button. */
  readonly about: string;
  /** Rank of a row: the highest is chosen, the earliest of several. Null for a row that does not count. */
  readonly rank: (index: TraceIndex, row: number) => number | null;
}

/** Faults of the form: tags first, then the end. */
const formatFaults = (index: TraceIndex, row: number): number =>
  (index.flag('format', row) ? 0 : 2) + (index.flag('ended', row) ? 0 : 1);

export const jumps = [
  {
    ...{ id: 'lowest-reward', title: 'Lowest reward', about: 'The first trace with the lowest reward.' },
    rank: (index, row) => -index.number('reward', row),
  },
  {
    id: 'hack',
    title: 'First rewarded mistake',
    about: 'The first wrong answer with a reward above 0: a sign of reward hacking.',
    rank: (index, row) => (!index.flag('correct', row) && index.number('reward', row) > 0 ? 0 : null),
  },
  {
    id: 'worst-format',
    title: 'Worst format',
    about: 'The first trace with the most format faults: think tags, then a cut-off end.',
    rank: (index, row) => formatFaults(index, row) || null,
  },
  {
    id: 'most-surprising',
    title: 'Most surprising',
    about: 'The trace whose tokens had the lowest mean log-probability.',
    rank: (index, row) => index.number('surprise', row),
  },
  {
    ...{ id: 'longest', title: 'Longest', about: 'The first trace with the most tokens.' },
    rank: (index, row) => index.number('tokens', row),
  },
  {
    ...{ id: 'first-correct', title: 'First correct', about: 'The first trace with a right answer.' },
    rank: (index, row) => (index.flag('correct', row) ? 0 : null),
  },
] as const satisfies readonly Jump[];

export type JumpId = (typeof jumps)[number]['id'];

/** Row of a selection that a jump finds; null if none counts. */
export function jumpTarget(index: TraceIndex, rows: Uint32Array, id: JumpId): number | null {
  const { rank }: Jump = jumps.find((jump) => jump.id === id)!;
  let best: { row: number; rank: number } | null = null;
  for (const row of rows) {
    const found = rank(index, row);
    if (found === null) continue;
    if (!best || found > best.rank || (found === best.rank && row < best.row)) best = { row, rank: found };
  }
  return best?.row ?? null;
}
