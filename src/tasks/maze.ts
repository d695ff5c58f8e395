/**
 * Mazes: the shortest way from S to G, as moves U D L R. Every shortest way is right; where there is none, the answer `none`
 * is (the generator's mazes always have one). Prompts show the grid. The long trace writes it again with a letter for each
 * open cell, then the cells in waves from the goal, breadth first, until the start is reached, then the way back down.
 */
import { z } from 'zod';
import type { Random } from '../random';
import { folded, isSameText, joined } from '../text/answerText';
import { type Mark, mark } from './picture';
import { type Task, think, type Verdict } from './task';
import { unanswered, verdictsOf, verdictText } from './verdicts';

const LARGEST = 8;
/** The name of a cell in traces, row by row. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@&';
const NONE = 'none';
const MOVES = { U: [-1, 0], D: [1, 0], L: [0, -1], R: [0, 1] } as const;
type Move = keyof typeof MOVES;
const moves = Object.keys(MOVES) as Move[];

const count = (grid: readonly string[], char: string) => grid.join('').split(char).length - 1;

const problemSchema = z.strictObject({
  /** Rows of . (open), # (wall), S (start) and G (goal). */
  grid: z
    .array(
      z
        .string()
        .min(1)
        .max(LARGEST)
        .regex(/^[.#SG]*$/, 'cells are . # S G'),
    )
    .min(1)
    .max(LARGEST)
    .superRefine((grid, context) => {
      const issue = (message: string, path: number[] = []) => context.addIssue({ code: 'custom', path, message });
      const other = grid.findIndex((row) => row.length !== grid[0]!.length);
      if (other >= 0) issue(`has ${grid[other]!.length} cells; the first row has ${grid[0]!.length}`, [other]);
      for (const char of 'SG')
        if (count(grid, char) !== 1) issue(`there must be one ${char}; there are ${count(grid, char)}`);
    }),
});
type Maze = z.infer<typeof problemSchema>;

interface Cell {
  readonly row: number;
  readonly column: number;
}
const find = ({ grid }: Maze, char: string): Cell => {
  const row = grid.findIndex((cells) => cells.includes(char));
  return { row, column: grid[row]!.indexOf(char) };
};
const move = ({ row, column }: Cell, by: Move): Cell => ({ row: row + MOVES[by][0], column: column + MOVES[by][1] });
const isInside = ({ grid }: Maze, { row, column }: Cell) => grid[row]?.[column] !== undefined;
const isOpen = (maze: Maze, cell: Cell) => isInside(maze, cell) && maze.grid[cell.row]![cell.column] !== '#';
const letter = ({ grid }: Maze, { row, column }: Cell): string => LETTERS[row * grid[0]!.length + column]!;

/** A maze is asked for its waves once for every answer. */
const knownWaves = new WeakMap<Maze, Cell[][]>();

/** Cells by their distance from the goal, each wave row by row. */
function wavesFromGoal(maze: Maze): Cell[][] {
  const known = knownWaves.get(maze);
  if (known) return known;
  const seen = new Set([letter(maze, find(maze, 'G'))]);
  const waves: Cell[][] = [];
  for (let wave = [find(maze, 'G')]; wave.length > 0; ) {
    waves.push(wave);
    wave = wave
      .flatMap((cell) => moves.map((by) => move(cell, by)))
      .filter((cell) => isOpen(maze, cell) && !seen.has(letter(maze, cell)) && seen.add(letter(maze, cell)))
      .sort((a, b) => a.row - b.row || a.column - b.column);
  }
  knownWaves.set(maze, waves);
  return waves;
}

/** Steps to the goal from a cell; Infinity where none lead there. */
function distances(maze: Maze): (cell: Cell) => number {
  const found = new Map(wavesFromGoal(maze).flatMap((wave, steps) => wave.map((cell) => [letter(maze, cell), steps])));
  return (cell) => found.get(letter(maze, cell)) ?? Number.POSITIVE_INFINITY;
}

/** The first of the shortest ways, in the order U D L R; null where there is none. */
function shortestWay(maze: Maze): Move[] | null {
  const toGoal = distances(maze);
  const way: Move[] = [];
  let at = find(maze, 'S');
  if (toGoal(at) === Number.POSITIVE_INFINITY) return null;
  for (let left = toGoal(at); left > 0; left--) {
    const next = moves.find((by) => isOpen(maze, move(at, by)) && toGoal(move(at, by)) === left - 1)!;
    way.push(next);
    at = move(at, next);
  }
  return way;
}

/** The cells of a way, start included. */
function cellsOf(maze: Maze, way: readonly Move[]): Cell[] {
  const cells = [find(maze, 'S')];
  for (const by of way) cells.push(move(cells.at(-1)!, by));
  return cells;
}

/** The grid with letters, and the waves: what both ways of thinking begin with. */
function search(maze: Maze): string {
  const lettered = maze.grid.map((cells, row) =>
    [...cells].map((char, column) => (char === '#' ? '#' : letter(maze, { row, column }))).join(''),
  );
  const start = letter(maze, find(maze, 'S'));
  const waves = wavesFromGoal(maze).map((wave) => wave.map((cell) => letter(maze, cell)).join(''));
  const reached = waves.findIndex((wave) => wave.includes(start));
  return `${lettered.join('/')}:${waves.slice(0, reached + 1).join(',')}:`;
}
const lettersOf = (maze: Maze, way: readonly Move[]): string =>
  cellsOf(maze, way)
    .map((cell) => letter(maze, cell))
    .join('');

/** The first step into another cell than the way's, an x where it is noticed, and the way. */
function withSlip(maze: Maze, way: readonly Move[]): string {
  const start = find(maze, 'S');
  const astray = moves.find((by) => by !== way[0] && isInside(maze, move(start, by)))!;
  return `${letter(maze, start)}${letter(maze, move(start, astray))}x${lettersOf(maze, way)}`;
}

/** An answer as it is read: moves are capitals. */
const movesIn = (answer: string): string => joined(answer).toUpperCase();

const words = {
  goal: 'the goal in {moves} moves, and none are fewer',
  no_way: 'no way leads to the goal, as answered',
  wrongly_none: `answered ${NONE}; a way of {shortest} moves leads to the goal`,
  no_moves: `the answer is neither moves U D L R nor ${NONE}`,
  unreachable: `no way leads to the goal: the answer is ${NONE}`,
  too_many: '{moves} moves are more than there are cells',
  wall: 'move {number}, {move}, leads into a wall',
  outside: 'move {number}, {move}, leads out of the maze',
  short: 'ends {left} moves from the goal',
  detour: '{moves} moves; {shortest} are enough',
} as const;
const { right, wrong } = verdictsOf(words);

function verify(maze: Maze, answer: string | null): Verdict {
  const nothing = unanswered(answer);
  if (nothing) return nothing;
  const given = movesIn(answer!);
  const toGoal = distances(maze);
  const shortest = toGoal(find(maze, 'S'));
  const reachable = shortest !== Number.POSITIVE_INFINITY;
  if (folded(given) === NONE)
    return reachable ? wrong({ code: 'wrongly_none', values: { shortest } }) : right({ code: 'no_way', values: {} });
  if (!/^[UDLR]+$/.test(given)) return wrong({ code: 'no_moves', values: {} });
  if (!reachable) return wrong({ code: 'unreachable', values: {} });
  // a way longer than there are cells goes round in a circle
  if (given.length > LARGEST ** 2) return wrong({ code: 'too_many', values: { moves: given.length } });
  let at = find(maze, 'S');
  for (const [i, by] of [...given].entries()) {
    const next = move(at, by as Move);
    if (!isOpen(maze, next)) {
      const reason = { code: isInside(maze, next) ? 'wall' : 'outside', values: { number: i + 1, move: by } } as const;
      return wrong(reason, progress(shortest, toGoal(at)), { distanceLeft: toGoal(at) });
    }
    at = next;
  }
  const left = toGoal(at);
  if (left > 0) return wrong({ code: 'short', values: { left } }, progress(shortest, left), { distanceLeft: left });
  const moves = given.length;
  const measures = { distanceLeft: 0, excess: moves - shortest };
  if (moves > shortest) return wrong({ code: 'detour', values: { moves, shortest } }, shortest / moves, measures);
  return right({ code: 'goal', values: { moves } }, measures);
}
/** Share of the way that was gone, below 1 for whoever passes through the goal and goes on. */
const progress = (shortest: number, left: number): number => Math.max(0, (shortest - Math.max(left, 1)) / shortest);

/** Share of walls among the cells that are neither start nor goal. */
const WALL_SHARE = 0.35;
/** Shortest ways of a level n have from n to 2n + 1 moves. */
const longestWay = (level: number): number => 2 * level + 1;

function build(random: Random, level: number): Maze {
  for (;;) {
    const cells = Array.from({ length: level ** 2 }, (): string => (random.next() < WALL_SHARE ? '#' : '.'));
    const start = random.integer(0, cells.length - 1);
    const goal = random.integer(0, cells.length - 1);
    if (goal === start) continue;
    cells[start] = 'S';
    cells[goal] = 'G';
    const grid = Array.from({ length: level }, (_, row) => cells.slice(row * level, (row + 1) * level).join(''));
    const way = shortestWay({ grid });
    if (way && way.length >= level && way.length <= longestWay(level)) return { grid };
  }
}

export const maze: Task<Maze> = {
  name: 'maze',
  title: 'Maze',
  about: 'A shortest way from S to G, as moves U, D, L, R; # is a wall.',
  level: { unit: 'rows and columns', min: 3, max: LARGEST, initial: 4 },
  recipe: {
    title: 'A maze of three by three',
    about:
      'Waves from the goal until the start is reached, then the way. A small maze is seen as well as it is searched.',
    level: 3,
    sft: { shortShare: 0.4, steps: 400 },
    grpo: { steps: 20, prompts: 32, learningRate: 1e-4 },
    reward: { lMax: 56, lPos: 46, lNeg: 20 },
  },
  problemSchema,
  generate(random, level) {
    const problem = build(random, level);
    return { prompt: `${problem.grid.join('/')}=`, answer: shortestWay(problem)!.join(''), problem };
  },
  traces({ problem, answer }) {
    const way = shortestWay(problem)!;
    return [
      { kind: 'short', completion: think('', answer) },
      { kind: 'long', completion: think(`${search(problem)}${lettersOf(problem, way)}`, answer) },
      { kind: 'mend', completion: think(`${search(problem)}${withSlip(problem, way)}`, answer) },
    ];
  },
  longestPrompt: (level) => level * (level + 1),
  longestTrace(level, kind) {
    const moves = longestWay(level);
    // grid, every cell in some wave, the commas between waves, two colons, the way
    const long = level * (level + 1) - 1 + level ** 2 + moves + 2 + moves + 1;
    return moves + 3 + { short: 0, long, mend: long + 3 }[kind];
  },
  words,
  verify,
  isSame: (_, a, b) => isSameText(a, b, joined),
  picture(problem, answer) {
    const { correct, reason } = verify(problem, answer);
    const given = movesIn(answer ?? '');
    const walked = new Set<string>();
    let at = find(problem, 'S');
    for (const by of /^[UDLR]+$/.test(given) ? given.slice(0, LARGEST ** 2) : '') {
      at = move(at, by as Move);
      if (!isOpen(problem, at)) break;
      walked.add(letter(problem, at));
    }
    const cell = (char: string, row: number, column: number): Mark => {
      if (char === '#') return mark('#', 'muted');
      if (walked.has(letter(problem, { row, column })))
        return mark(char === '.' ? 'o' : char, correct ? 'good' : 'bad');
      return mark(char, char === '.' ? 'plain' : 'accent');
    };
    return {
      kind: 'grid',
      rowLabels: [],
      columnLabels: [],
      rows: problem.grid.map((cells, row) => [...cells].map((char, column) => cell(char, row, column))),
      caption: `A maze of ${problem.grid.length} rows; ${verdictText(maze, reason)}`,
    };
  },
};
