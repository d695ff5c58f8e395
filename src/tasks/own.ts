/**
 * Problems of the user's own, from JSONL: prompt, answer, and where there is one a trace, a level, a pattern. An answer is
 * matched exactly, as a number within a tolerance, or by a regular expression. Patterns are RE2's: matching takes time linear
 * in the answer, whoever wrote the pattern (so there are no backreferences and no lookaround), and always spans all of it.
 */
import { z } from 'zod';
import { type Decimal, decimalOf, distanceBetween, isAtMost, toNumber } from '../decimal';
import { patternOf } from '../patterns';
import { excerpt } from '../quote';
import { sentence } from '../reason';
import { isSameText, plain, typed } from '../text/answerText';
import { parseCompletion, thinkWords } from '../text/completion';
import { Tokenizer } from '../text/tokenizer';
import { SPECIAL } from '../text/vocabulary';
import { mark, type Picture } from './picture';
import { type Task, think, type Verdict } from './task';
import { exactVerdict, exactWords, LONGEST_QUOTE, unanswered, verdictsOf, verdictText } from './verdicts';

/** Own problems travel with the recipe, in events and in links: these bounds keep that small. */
export const OWN_LIMITS = {
  problems: 2000,
  prompt: 1000,
  answer: 200,
  pattern: 200,
  trace: 4000,
  characters: 262_144,
} as const;
/** A longer answer is wrong without a look at it. */
const LONGEST_ANSWER = 1000;

/** The task's name: it is none of `tasks`, as its problems come with a recipe or a file. */
export const OWN = 'own';
export const ownMatches = ['exact', 'numeric', 'regex'] as const;

/** One line of the file. */
export const ownLineSchema = z.strictObject({
  prompt: z.string().min(1).max(OWN_LIMITS.prompt),
  answer: z.string().min(1).max(OWN_LIMITS.answer),
  /** Expression to match where `match` is regex; the answer itself where it is left out. */
  pattern: z.string().min(1).max(OWN_LIMITS.pattern).optional(),
  /** The thought, or a whole completion `<think>…</think>answer`. */
  trace: z.string().max(OWN_LIMITS.trace).optional(),
  level: z.int().min(1).max(32).optional(),
});
export type OwnLine = z.infer<typeof ownLineSchema>;

const ownProblemSchema = ownLineSchema
  .extend({ match: z.enum(ownMatches).default('exact'), tolerance: z.number().min(0).max(1e12).default(0) })
  .superRefine((problem, context) => {
    for (const fault of faultsOf(problem)) context.addIssue({ code: 'custom', ...fault });
  });
type OwnProblem = z.output<typeof ownProblemSchema>;

const tokenizer = new Tokenizer();

const numberIn = (answer: string): Decimal | null => decimalOf(plain(answer));

function matches({ answer, pattern, match, tolerance }: OwnProblem, given: string): boolean {
  if (given === '' || given.length > LONGEST_ANSWER) return false;
  switch (match) {
    case 'exact':
      return isSameText(given, answer);
    case 'numeric': {
      const [a, b] = [numberIn(given), numberIn(answer)];
      if (a === null || b === null) return false;
      // the tolerance as it is written: 0.1 takes 1.1 for 1
      return isAtMost(distanceBetween(a, b), decimalOf(String(tolerance))!);
    }
    case 'regex':
      // the expression decides on spaces within and letter case
      return [given, typed(given)].some((text) => patternOf(pattern ?? answer).matches(text));
    default:
      return match satisfies never;
  }
}

/** The completions that a teacher would write: one at once, and the trace where there is one. */
function completionsOf({ answer, trace }: OwnLine): { readonly short: string; readonly long: string | null } {
  if (trace === undefined) return { short: think('', answer.trim()), long: null };
  if (!trace.includes(SPECIAL.think)) return { short: think('', answer.trim()), long: think(trace, answer.trim()) };
  return { short: think('', parseCompletion(trace).answer?.trim() ?? ''), long: trace };
}

/** Faults of a problem whose fields have the right form. */
function faultsOf(problem: OwnProblem): { readonly path: string[]; readonly message: string }[] {
  const { match, answer, pattern, trace } = problem;
  for (const path of ['prompt', 'answer', 'trace'] as const) {
    const text = problem[path] ?? '';
    const special = Object.values(SPECIAL).find((token) => text.includes(token));
    if (special && !(path === 'trace' && trace?.startsWith(SPECIAL.think)))
      return [{ path: [path], message: `${special} is the template's; remove it` }];
    try {
      tokenizer.encode(text);
    } catch (error) {
      return [{ path: [path], message: (error as Error).message.replace(/^text: /, '') }];
    }
  }
  if (match === 'numeric' && numberIn(answer) === null)
    return [{ path: ['answer'], message: `${JSON.stringify(answer)} is no number` }];
  if (match === 'regex')
    try {
      patternOf(pattern ?? answer);
    } catch (error) {
      const path = pattern === undefined ? 'answer' : 'pattern';
      return [{ path: [path], message: (error as Error).message }];
    }
  if (match !== 'regex' && pattern !== undefined)
    return [{ path: ['pattern'], message: `is for regex; answers are matched as ${match}` }];
  const { short, long } = completionsOf(problem);
  const tags = long === null ? null : parseCompletion(long).thinkFault;
  if (tags) return [{ path: ['trace'], message: sentence(thinkWords, tags) }];
  if (long?.includes(SPECIAL.end))
    return [{ path: ['trace'], message: `${SPECIAL.end} is added by itself; remove it` }];
  const ends = parseCompletion(short).answer ?? '';
  if (matches(problem, ends)) return [];
  const inTrace = trace?.includes(SPECIAL.think);
  const message = inTrace
    ? `ends on ${JSON.stringify(ends)}, which is not right`
    : `${JSON.stringify(ends)} does not match ${pattern === undefined ? 'itself: give the expression as "pattern" and an example as "answer"' : `the pattern ${JSON.stringify(pattern)}`}`;
  return [{ path: [inTrace ? 'trace' : 'answer'], message }];
}

/** The section `own` of a recipe. */
export interface OwnProblems {
  readonly problems: readonly OwnLine[];
  readonly match: (typeof ownMatches)[number];
  readonly tolerance: number;
}

const characters = ({ prompt, answer, pattern = '', trace = '' }: OwnLine): number =>
  prompt.length + answer.length + pattern.length + trace.length;

/**
 * Faults of own problems, each with the problem's index.
 * @returns nothing where all is well; the first fault of a problem alone
 */
export function ownFaults({
  problems,
  match,
  tolerance,
}: OwnProblems): { index: number; field: string; message: string }[] {
  const total = problems.reduce((sum, line) => sum + characters(line), 0);
  const { characters: most } = OWN_LIMITS;
  if (total > most)
    return [
      {
        index: problems.length - 1,
        field: 'problems',
        message: `${total} characters in all; a recipe carries at most ${most}`,
      },
    ];
  const first = new Map<string, number>();
  return problems.flatMap((line, index) => {
    const faults = faultsOf({ ...line, match, tolerance });
    const before = first.get(line.prompt);
    first.set(line.prompt, before ?? index);
    if (before !== undefined) return [{ index, field: 'prompt', message: `is that of problem ${before + 1} already` }];
    return faults.slice(0, 1).map(({ path, message }) => ({ index, field: path.join('.'), message }));
  });
}

/** Distance of an answer from the right number; null where it is no number, or further than a double holds. */
function distanceOf(answer: string, given: string): number | null {
  const [a, b] = [numberIn(answer), numberIn(given)];
  if (a === null || b === null) return null;
  const distance = toNumber(distanceBetween(a, b));
  return Number.isFinite(distance) ? distance : null;
}

const words = {
  ...exactWords,
  matched: '{given} is right',
  outside: 'answered {given}, expected {expected} ± {tolerance}',
  too_long: 'an answer of {length} characters; expected {expected}',
} as const;
const { right, wrong } = verdictsOf(words);

function verify(problem: OwnProblem, answer: string | null): Verdict {
  if (problem.match === 'exact' && (answer?.length ?? 0) <= LONGEST_ANSWER)
    return exactVerdict(problem.answer.trim(), answer);
  const nothing = unanswered(answer);
  if (nothing) return nothing;
  const { pattern, match, tolerance } = problem;
  const whole = answer!.trim();
  const given = excerpt(whole, LONGEST_QUOTE);
  const expected = pattern ?? problem.answer;
  if (matches(problem, whole)) return right({ code: 'matched', values: { given } });
  if (whole.length > LONGEST_ANSWER) return wrong({ code: 'too_long', values: { length: whole.length, expected } });
  const distance = match === 'numeric' ? distanceOf(problem.answer, whole) : null;
  return wrong(
    match === 'numeric' && tolerance > 0
      ? { code: 'outside', values: { given, expected, tolerance } }
      : { code: 'wrong', values: { given, expected } },
    0,
    distance === null ? undefined : { distance },
  );
}

/** True where an answer would be right were the other one the problem's; for an expression the text alone decides. */
function isSame(problem: OwnProblem, a: string, b: string): boolean {
  if (problem.match === 'regex')
    return typed(a) === typed(b) && matches(problem, a.trim()) === matches(problem, b.trim());
  return isSameText(a, b) || (problem.match === 'numeric' && matches({ ...problem, answer: b }, a.trim()));
}

function picture(problem: OwnProblem, answer: string | null): Picture {
  const { correct, reason } = verify(problem, answer);
  return {
    kind: 'text',
    lines: [
      [mark(problem.prompt)],
      [mark(answer?.trim().slice(0, LONGEST_ANSWER) || 'nothing', correct ? 'good' : 'bad')],
      [mark(problem.pattern ?? problem.answer, 'muted')],
    ],
    caption: `${problem.prompt}: ${verdictText({ words }, reason)}`,
  };
}

/** Judge of own problems that bring their answers along. */
export const ownJudge: Pick<Task<OwnProblem>, 'problemSchema' | 'words' | 'verify' | 'isSame' | 'picture'> = {
  problemSchema: ownProblemSchema,
  words,
  verify,
  isSame,
  picture,
};

const levelIn = ({ level }: OwnLine): number => level ?? 1;
const tokens = (text: string): number => tokenizer.encode(text).length;

/**
 * The task that own problems make. A problem without a trace has short ones alone, and one with a trace has no mending one:
 * the next simpler kind replaces one that is missing.
 * @throws where there are no problems
 */
export function ownTask({ problems, match, tolerance }: OwnProblems): Task<OwnProblem> {
  const levels = [...new Set(problems.map(levelIn))].sort((a, b) => a - b);
  const [min] = levels;
  const max = levels.at(-1);
  if (min === undefined || max === undefined) throw new Error('the task own has no problems; add a file of them');
  const at = (level: number): OwnLine[] => {
    const found = problems.filter((line) => levelIn(line) === level);
    if (found.length === 0) throw new Error(`own has no problems of level ${level}; there are ${levels.join(', ')}`);
    return found;
  };
  const longest = (level: number, text: (line: OwnLine) => string): number =>
    at(level).reduce((most, line) => Math.max(most, tokens(text(line))), 0);
  const byLevel = new Map(levels.map((level) => [level, at(level)]));
  return {
    name: OWN,
    title: 'Your own',
    about: 'Problems from your own file.',
    level: { unit: 'level', min, max, initial: min },
    recipe: null,
    problemSchema: ownProblemSchema,
    generate(random, level) {
      const line = random.pick(byLevel.get(level) ?? at(level));
      const problem = { ...line, match, tolerance };
      return { prompt: line.prompt, answer: parseCompletion(completionsOf(line).short).answer!, problem };
    },
    traces({ problem }) {
      const { short, long } = completionsOf(problem);
      return [
        { kind: 'short', completion: short },
        { kind: 'long', completion: long ?? short },
        { kind: 'mend', completion: long ?? short },
      ];
    },
    longestPrompt: (level) => longest(level, ({ prompt }) => prompt),
    longestTrace: (level, kind) =>
      1 +
      longest(level, (line) =>
        kind === 'short' ? completionsOf(line).short : (completionsOf(line).long ?? completionsOf(line).short),
      ),
    words,
    verify,
    isSame,
    picture,
  };
}
