/** 3SAT, judged by truth tables: a column of 2ⁿ bits a variable, clauses as big integers of where they are true. */
import { expect, it } from 'vitest';
import { random } from '../random';
import { taskProperties } from './properties.fixture';
import { sat } from './sat';

type Problem = { variables: number; clauses: readonly (readonly number[])[] };

/** Bit i is set where assignment i (variable v being bit v − 1 of i) makes all clauses true. */
function truthTable({ variables, clauses }: Problem): bigint {
  const rows = 2 ** variables;
  const all = (1n << BigInt(rows)) - 1n;
  const column = (variable: number) => {
    let bits = 0n;
    for (let i = 0; i < rows; i++) if ((i >> (variable - 1)) & 1) bits |= 1n << BigInt(i);
    return bits;
  };
  const columns = Array.from({ length: variables }, (_, v) => column(v + 1));
  return clauses.reduce(
    (table, clause) => table & clause.reduce((or, l) => or | (l > 0 ? columns[l - 1]! : all ^ columns[-l - 1]!), 0n),
    all,
  );
}
const tables = new WeakMap<object, bigint>();
const tableOf = (problem: Problem): bigint => {
  const known = tables.get(problem) ?? truthTable(problem);
  tables.set(problem, known);
  return known;
};

taskProperties(sat, {
  signs: true,
  isRight(problem, given) {
    const answer = given.toUpperCase().replaceAll(' ', '');
    const table = tableOf(problem);
    if (answer === 'UNSAT') return table === 0n;
    if ([...answer].length !== problem.variables || [...answer].some((c) => c !== '0' && c !== '1')) return false;
    const row = [...answer].reduce((i, bit, v) => i + Number(bit) * 2 ** v, 0);
    return ((table >> BigInt(row)) & 1n) === 1n;
  },
  mutations: ({ problem: { variables }, answer }, stream) => [
    ...Array.from({ length: 8 }, () => Array.from({ length: variables }, () => stream.integer(0, 1)).join('')),
    'UNSAT',
    'unsat',
    'SAT',
    `${answer}.`,
    [...answer].join(' '),
    answer.replaceAll('1', '١'),
    '1e1',
    '0'.repeat(10_000),
  ],
});

it('says the truth about every small instance that there is', () => {
  // three variables have 8 clauses: every set of them
  const every = Array.from({ length: 8 }, (_, i) => [1, 2, 3].map((v) => ((i >> (v - 1)) & 1 ? -v : v)));
  for (let chosen = 1; chosen < 256; chosen++) {
    const clauses = every.filter((_, i) => (chosen >> i) & 1) as [number, number, number][];
    const problem = { variables: 3, clauses };
    for (let i = 0; i < 8; i++) {
      const bits = [0, 1, 2].map((v) => (i >> v) & 1).join('');
      expect(sat.verify(problem, bits).correct, `${bits} for ${JSON.stringify(clauses)}`).toBe(
        ((chosen >> i) & 1) === 0,
      );
    }
    expect(sat.verify(problem, 'UNSAT').correct).toBe(chosen === 255);
  }
});

it('assigns, checks and goes back', () => {
  const clauses: [number, number, number][] = [
    [-1, 2, 3],
    [1, 2, -3],
    [1, 2, 3],
  ];
  const problem = { variables: 3, clauses };
  const traces = sat.traces({ prompt: '', answer: '010', problem }).map(({ completion }) => completion);
  expect(traces).toEqual([
    '<think></think>010',
    '<think>000abc,001abC,010.</think>010',
    '<think>000.x000abc,001abC,010.</think>010',
  ]);
});

it('has problems of either answer, in the ratios of the report', () => {
  for (let level = 3; level <= 8; level++) {
    const drawn = Array.from({ length: 300 }, (_, seed) => sat.generate(random(seed, 'answers'), level));
    const unsatisfiable = drawn.filter(({ answer }) => answer === 'UNSAT').length / drawn.length;
    expect(unsatisfiable, `${level} variables`).toBeGreaterThan(0.1);
    expect(unsatisfiable, `${level} variables`).toBeLessThan(0.5);
    for (const { problem } of drawn) {
      expect(problem.clauses.length / level).toBeGreaterThanOrEqual(2);
      expect(problem.clauses.length / level).toBeLessThanOrEqual(5);
    }
  }
});

it('is quick with the largest problem that it takes, and measures the share of true clauses', () => {
  // only the last two variables are bound, so that the search meets every assignment of the others
  const clauses = [
    [15, 16, 16],
    [15, -16, -16],
    [-15, 16, 16],
    [-15, -16, -16],
  ] as [number, number, number][];
  const problem = sat.problemSchema.parse({ variables: 16, clauses });
  const before = performance.now();
  expect(sat.verify(problem, 'UNSAT').correct).toBe(true);
  expect(performance.now() - before).toBeLessThan(2000);
  expect(sat.verify(problem, '0'.repeat(16))).toMatchObject({
    correct: false,
    partial: 0.75,
    measures: { satisfied: 0.75 },
  });
});

it('names what is wrong with a problem', () => {
  const issue = (problem: unknown) => {
    const [first] = sat.problemSchema.safeParse(problem).error!.issues;
    return `${first!.path.join('.')}: ${first!.message}`;
  };
  expect(issue({ variables: 3, clauses: [[1, 2, 4]] })).toBe('clauses.0.2: there are 3 variables, so no literal 4');
  expect(issue({ variables: 3, clauses: [[1, 0, 2]] })).toContain('clauses.0.1: a literal is a variable from 1 on');
  expect(issue({ variables: 30, clauses: [[1, 2, 3]] })).toContain('variables: ');
  expect(issue({ variables: 3, clauses: [[1, 2]] })).toContain('clauses.0');
});
