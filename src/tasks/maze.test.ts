import { describe, expect, it } from 'vitest';
import { maze } from './maze';
import { taskProperties } from './properties.fixture';

type Maze = Parameters<typeof maze.verify>[0];

/** Steps by relaxing every cell until nothing changes (Bellman and Ford), on one text with walls around it. */
function shortest({ grid }: Maze): number {
  const width = grid[0]!.length + 2;
  const padded = ['#'.repeat(width), ...grid.map((row) => `#${row}#`), '#'.repeat(width)].join('');
  const steps: number[] = [...padded].map((char) => (char === 'S' ? 0 : 9999));
  for (let round = 0; round < padded.length; round++)
    for (let i = width; i < padded.length - width; i++)
      if (padded[i] !== '#')
        steps[i] = Math.min(
          steps[i]!,
          ...[-1, 1, -width, width].map((by) => (padded[i + by] === '#' ? 9999 : steps[i + by]! + 1)),
        );
  return steps[padded.indexOf('G')]!;
}
/** The same maze is judged many times. */
const known = new WeakMap<Maze, number>();
/** Walks in the text of the grid, line breaks counted as walls. */
function arrives({ grid }: Maze, answer: string): boolean {
  const text = `${grid.join('\n')}\n`;
  let at = text.indexOf('S');
  for (const by of answer) {
    const step = new Map([
      ['U', -grid[0]!.length - 1],
      ['D', grid[0]!.length + 1],
      ['L', -1],
      ['R', 1],
    ]).get(by);
    at += step ?? Number.NaN;
    if (!text[at] || '#\n'.includes(text[at]!)) return false;
  }
  return text[at] === 'G';
}
function isRight(problem: Maze, given: string): boolean {
  const answer = given === 'none' ? given : given.toUpperCase().replaceAll(' ', '');
  const steps = known.get(problem) ?? shortest(problem);
  known.set(problem, steps);
  return steps === 9999 ? answer === 'none' : answer.length === steps && arrives(problem, answer);
}

taskProperties(maze, {
  isRight,
  signs: true,
  mutations({ answer, problem }, stream) {
    const moves = [...answer];
    const swap = stream.integer(0, Math.max(0, moves.length - 2));
    const swapped = [...moves];
    [swapped[swap], swapped[swap + 1]] = [moves[swap + 1] ?? '', moves[swap]!];
    return [
      swapped.join(''),
      [...answer].reverse().join(''),
      ...[...'UDLR'].flatMap((by) => [`${answer}${by}`, `${by}${answer}`, answer.slice(0, -1) + by]),
      Array.from(answer, () => stream.pick([...'UDLR'])).join(''),
      answer.toLowerCase(),
      [...answer].join(','),
      'none',
      'LR'.repeat(problem.grid.length) + answer,
      'U'.repeat(100_000),
      'ＲＲ',
    ];
  },
});

describe('mazes', () => {
  const problem: Maze = { grid: ['S.#', '#..', '..G'] };

  it('are traced by letters, waves from the goal, and the way', () => {
    expect(maze.traces({ prompt: '', answer: 'RDDR', problem }).map(({ completion }) => completion)).toEqual([
      '<think></think>RDDR',
      '<think>ab#/#ef/ghi:i,fh,eg,b,a:abehi</think>RDDR',
      '<think>ab#/#ef/ghi:i,fh,eg,b,a:adxabehi</think>RDDR',
    ]);
  });

  it('take every shortest way, and measure how far a wrong one came', () => {
    for (const answer of ['RDDR', 'RDRD'])
      expect(maze.verify(problem, answer)).toMatchObject({ correct: true, measures: { excess: 0 } });
    expect(maze.verify(problem, 'RD')).toMatchObject({ partial: 2 / 4, measures: { distanceLeft: 2 } });
    const wall = { code: 'wall', values: { number: 2, move: 'R' } };
    expect(maze.verify(problem, 'RR')).toMatchObject({ partial: 1 / 4, reason: wall });
    expect(maze.verify(problem, 'RDRDLR')).toMatchObject({ correct: false, partial: 4 / 6, measures: { excess: 2 } });
    expect(maze.verify(problem, 'RDRDD')).toMatchObject({ correct: false, partial: 3 / 4 });
    expect(maze.verify(problem, 'none')).toMatchObject({ correct: false, partial: 0 });
  });

  it('have no way where walls part start and goal', () => {
    const parted: Maze = { grid: ['S#G'] };
    expect(maze.verify(parted, 'none').correct).toBe(true);
    expect(maze.verify(parted, 'RR')).toMatchObject({ correct: false, partial: 0 });
  });

  it.each([
    [['S.', 'G'], 'has 1 cells; the first row has 2'],
    [['S.'], 'there must be one G; there are 0'],
    [['SGS'], 'there must be one S; there are 2'],
    [['SG?'], 'cells are . # S G'],
    [[], 'Too small'],
    [['SG.......'], 'Too big'],
  ])('refuse %j', (grid, message) => {
    expect(maze.problemSchema.safeParse({ grid }).error?.issues[0]?.message).toContain(message);
  });
});
