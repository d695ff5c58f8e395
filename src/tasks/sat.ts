/**
 * 3SAT: an assignment that makes every clause true, or UNSAT where there is none. Clauses are written with a letter a literal,
 * a capital where it is negated: aBc is a ∨ ¬b ∨ c. The traces assign variables in order, 0 first, as far as no clause is
 * false; where one is they name it and go back to the last 0: 000abc,001abC,010.
 */
import { z } from 'zod';
import type { Random } from '../random';
import { isSameText, joined } from '../text/answerText';
import { type Mark, mark, type Tone } from './picture';
import { type Problem, type Task, think, type Verdict } from './task';
import { quoted, unanswered, verdictsOf, verdictText } from './verdicts';

/** The search is over in an instant up to here. */
const MOST_VARIABLES = 16;
export const UNSAT = 'UNSAT';

type Clause = readonly [number, number, number];
const literal = z
  .int()
  .min(-MOST_VARIABLES)
  .max(MOST_VARIABLES)
  .refine((value) => value !== 0, 'a literal is a variable from 1 on, negative where it is negated');
const problemSchema = z
  .strictObject({
    variables: z.int().min(1).max(MOST_VARIABLES),
    clauses: z
      .array(z.tuple([literal, literal, literal]))
      .min(1)
      .max(256),
  })
  .superRefine(({ variables, clauses }, context) =>
    clauses.forEach((clause, i) =>
      clause.forEach((value, j) => {
        if (Math.abs(value) > variables)
          context.addIssue({
            code: 'custom',
            path: ['clauses', i, j],
            message: `there are ${variables} variables, so no literal ${value}`,
          });
      }),
    ),
  );
interface Sat {
  readonly variables: number;
  readonly clauses: readonly Clause[];
}

/** `bits` has a character a variable, as far as variables are assigned. */
const isFalse = (literal: number, bits: string): boolean => bits[Math.abs(literal) - 1] === (literal > 0 ? '0' : '1');
const falseClause = (clauses: readonly Clause[], bits: string): Clause | undefined =>
  clauses.find((clause) => clause.every((literal) => isFalse(literal, bits)));

/** A literal is its variable's letter, a capital where it is negated. */
const letter = (literal: number): string => {
  const small = String.fromCharCode(96 + Math.abs(literal));
  return literal > 0 ? small : small.toUpperCase();
};
const lettersOf = (clause: Clause): string => clause.map(letter).join('');

interface Visit {
  /** Values of the first variables. */
  readonly bits: string;
  /** The first clause that they make false; none where all variables have values and the clauses are true. */
  readonly conflict?: Clause;
}

/** Depth first, 0 before 1: every assignment at which the search turns back, and the one that it ends with. */
function search({ variables, clauses }: Sat): Visit[] {
  const visits: Visit[] = [];
  let bits = '';
  for (;;) {
    const conflict = falseClause(clauses, bits);
    if (conflict) {
      visits.push({ bits, conflict });
      const back = bits.lastIndexOf('0');
      if (back < 0) return visits;
      bits = `${bits.slice(0, back)}1`;
    } else if (bits.length === variables) return [...visits, { bits }];
    else bits += '0';
  }
}

const answerOf = (visits: readonly Visit[]): string => {
  const last = visits.at(-1)!;
  return last.conflict ? UNSAT : last.bits;
};
const written = ({ bits, conflict }: Visit): string => bits + (conflict ? lettersOf(conflict) : '.');

/** The first assignment judged wrongly, an x where it is noticed, and the search from there. */
function withSlip(problem: Sat): string {
  const visits = search(problem);
  const [first] = visits;
  const slip = first!.conflict ? `${first!.bits}.` : first!.bits + lettersOf(problem.clauses[0]!);
  return `${slip}x${visits.map(written).join(',')}`;
}

/** Turning points of the longest search that is given as a problem, by variables: about one draw in a hundred is longer. */
const MOST_VISITS: Readonly<Record<number, number>> = { 3: 8, 4: 15, 5: 24, 6: 36, 7: 56, 8: 84 };
const RATIO = { min: 2, max: 5 };
/** Three variables have only 8 clauses. Each rules out one assignment, so 6, 7 or 8 clauses leave 2, 1 or 0. */
const clauseRange = (variables: number): readonly [number, number] => [
  RATIO.min * variables,
  variables === 3 ? 8 : RATIO.max * variables,
];

/** Different clauses of three different variables in order, each negated or not. */
function drawClauses(variables: number, random: Random): Clause[] {
  const count = random.integer(...clauseRange(variables));
  const clauses = new Map<string, Clause>();
  while (clauses.size < count) {
    const left = Array.from({ length: variables }, (_, i) => i + 1);
    while (left.length > 3) left.splice(random.integer(0, left.length - 1), 1);
    const clause = left.map((variable) => (random.integer(0, 1) ? variable : -variable)) as [number, number, number];
    clauses.set(clause.join(), clause);
  }
  return [...clauses.values()];
}

function generate(random: Random, level: number): Problem<Sat> {
  for (;;) {
    const problem = { variables: level, clauses: drawClauses(level, random) };
    const visits = search(problem);
    if (visits.length <= MOST_VISITS[level]!)
      return { prompt: `${problem.clauses.map(lettersOf).join(',')}=`, answer: answerOf(visits), problem };
  }
}

const words = {
  satisfied: '{given} makes all {clauses} clauses true',
  unsatisfied: '{given} makes {satisfied} of {clauses} clauses true, {conflict} false',
  unsat: 'no assignment makes all clauses true',
  satisfiable: `not ${UNSAT}: {assignment} makes all clauses true`,
  unreadable: `{given} is neither ${UNSAT} nor {variables} bits`,
} as const;
const { right, wrong } = verdictsOf(words);

function verify({ variables, clauses }: Sat, answer: string | null): Verdict {
  const nothing = unanswered(answer);
  if (nothing) return nothing;
  const given = joined(answer!);
  if (isSameText(given, UNSAT)) {
    const truth = answerOf(search({ variables, clauses }));
    return truth === UNSAT
      ? right({ code: 'unsat', values: {} })
      : wrong({ code: 'satisfiable', values: { assignment: truth } });
  }
  if (given.length !== variables || !/^[01]+$/.test(given))
    return wrong({ code: 'unreadable', values: { given: quoted(given), variables } });
  const satisfied = clauses.filter((clause) => !clause.every((literal) => isFalse(literal, given))).length;
  const share = satisfied / clauses.length;
  const measures = { satisfied: share };
  if (satisfied === clauses.length)
    return right({ code: 'satisfied', values: { given, clauses: satisfied } }, measures);
  const conflict = lettersOf(falseClause(clauses, given)!);
  return wrong(
    { code: 'unsatisfied', values: { given, satisfied, clauses: clauses.length, conflict } },
    share,
    measures,
  );
}

export const sat: Task<Sat> = {
  name: 'sat',
  title: '3SAT',
  about: 'Which assignment makes every clause true, or is there none?',
  level: { unit: 'variables', min: 3, max: 8, initial: 3 },
  recipe: {
    title: '3SAT with four variables',
    about:
      'Assign, find the clause that is false, go back: the longest of all these thoughts, and the first to go wrong.',
    level: 4,
    sft: { shortShare: 0.4, steps: 400 },
    grpo: { steps: 20, learningRate: 1.5e-4 },
    reward: { lMax: 140, lPos: 118, lNeg: 46 },
  },
  problemSchema,
  generate,
  identity: ({ clauses }) =>
    clauses
      .map((clause) => [...clause].sort((a, b) => a - b).join())
      .sort()
      .join(';'),
  traces: ({ problem, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(search(problem).map(written).join(','), answer) },
    { kind: 'mend', completion: think(withSlip(problem), answer) },
  ],
  longestPrompt: (level) => 4 * clauseRange(level)[1],
  longestTrace(level, kind) {
    // bits, a clause and a comma at every turn
    const long = MOST_VISITS[level]! * (level + 4) - 1;
    return Math.max(level, UNSAT.length) + 3 + { short: 0, long, mend: long + level + 4 }[kind];
  },
  words,
  verify,
  isSame: (_, a, b) => isSameText(a, b, joined),
  picture(problem, answer) {
    const { variables, clauses } = problem;
    const { correct, reason } = verify(problem, answer);
    const given = joined(answer ?? '');
    const bits = given.length === variables && /^[01]+$/.test(given) ? given : '';
    const toneOf = (value: number): Tone => (bits === '' ? 'plain' : isFalse(value, bits) ? 'muted' : 'good');
    const line = (clause: Clause): Mark[] => [
      ...clause.flatMap((value, i) => [
        mark(i > 0 ? ' or ' : '', 'muted'),
        mark(`${value < 0 ? '¬' : ''}${letter(Math.abs(value))}`, toneOf(value)),
      ]),
      ...(bits === ''
        ? []
        : [clause.every((value) => isFalse(value, bits)) ? mark('  false', 'bad') : mark('  true', 'good')]),
    ];
    return {
      kind: 'text',
      lines: [...clauses.map(line), [mark(quoted(given) || '?', correct ? 'good' : 'bad')]],
      caption: `${clauses.length} clauses of ${variables} variables; ${verdictText(sat, reason)}`,
    };
  },
};
