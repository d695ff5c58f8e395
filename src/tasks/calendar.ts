/**
 * Calendar planning after BA-Calendar: a meeting of some slots that everybody can attend, with free slots around it, the
 * earliest or the latest where that is asked. The long trace intersects the calendars, then filters the starts that fit.
 */
import { z } from 'zod';
import type { ReasonOf } from '../reason';
import { folded, isSameText, joined } from '../text/answerText';
import { type Mark, mark } from './picture';
import { type Task, think, type Verdict } from './task';
import { unanswered, verdictsOf, verdictText } from './verdicts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const NONE = 'none';
const PRIORITIES = { any: '*', earliest: '<', latest: '>' } as const;

const problemSchema = z
  .strictObject({
    /** One text a person: . is a free slot, # a busy one. */
    people: z
      .array(
        z
          .string()
          .min(1)
          .max(LETTERS.length)
          .regex(/^[.#]*$/, 'slots are . (free) or # (busy)'),
      )
      .min(1)
      .max(16),
    /** Slots that the meeting takes. */
    duration: z.int().min(1).max(LETTERS.length),
    /** Slots before and after it that must be free too, where the day has them. */
    buffer: z.int().min(0).max(LETTERS.length),
    priority: z.enum(['any', 'earliest', 'latest']),
  })
  .superRefine(({ people, duration }, context) => {
    const slots = people[0]?.length;
    if (slots === undefined) return;
    const other = people.findIndex((calendar) => calendar.length !== slots);
    if (other >= 0)
      context.addIssue({
        code: 'custom',
        path: ['people', other],
        message: `has ${people[other]!.length} slots; the first has ${slots}`,
      });
    if (duration > slots)
      context.addIssue({ code: 'custom', path: ['duration'], message: `a day has ${slots} slots, not ${duration}` });
  });
type Planning = z.infer<typeof problemSchema>;

/** . where everybody is free. */
const intersect = ({ people }: Planning): string =>
  [...people[0]!].map((_, slot) => (people.every((calendar) => calendar[slot] === '.') ? '.' : '#')).join('');

const free = (calendar: string, from: number, to: number): boolean =>
  !calendar.slice(Math.max(0, from), Math.max(0, to)).includes('#');

/** Starts at which the meeting and what must be free around it fit, priority aside. */
function validStarts(problem: Planning): number[] {
  const common = intersect(problem);
  const { duration, buffer } = problem;
  const starts: number[] = [];
  for (let start = 0; start + duration <= common.length; start++)
    if (free(common, start - buffer, start + duration + buffer)) starts.push(start);
  return starts;
}

/** The right starts: the first, the last or all of the valid ones. */
function rightStarts(problem: Planning): number[] {
  const starts = validStarts(problem);
  return { any: starts, earliest: starts.slice(0, 1), latest: starts.slice(-1) }[problem.priority];
}

/** For each slot its letter where the meeting may start, else a dash. */
const filter = (problem: Planning): string => {
  const starts = validStarts(problem);
  return [...problem.people[0]!].map((_, slot) => (starts.includes(slot) ? LETTERS[slot]! : '-')).join('');
};

/** The intersection wrong in the middle, an x where it is noticed, and the whole again. */
function withSlip(problem: Planning): string {
  const common = intersect(problem);
  const slip = Math.floor(common.length / 2);
  return `${common.slice(0, slip)}${common[slip] === '.' ? '#' : '.'}x${common},${filter(problem)}`;
}

const teacherAnswer = (problem: Planning): string => {
  const [start] = rightStarts(problem);
  return start === undefined ? NONE : LETTERS[start]!;
};

/** An answer as it is read: slots and `none` have small letters. */
const slotOf = (answer: string): string => folded(joined(answer));

const words = {
  fits: '{slot} fits',
  nothing_fits: 'nothing fits, as answered',
  wrongly_none: `answered ${NONE}; right: {right}`,
  no_slot: `the answer is neither a slot nor ${NONE}; right: {right}`,
  ends_late: '{slot}: the meeting ends after the day; right: {right}',
  busy: '{slot}: person {person} is busy; right: {right}',
  no_buffer: '{slot}: person {person} has fewer than {buffer} free slots before or after; right: {right}',
  not_earliest: '{slot}: an earlier start fits; right: {right}',
  not_latest: '{slot}: a later start fits; right: {right}',
} as const;
const verdicts = verdictsOf(words);
type Fault = ReasonOf<typeof words>;

/** The constraints on a start with the reason where one fails: everybody there, free around it, it fits, priority. */
function constraints(problem: Planning, start: number): { readonly fault: Fault; readonly holds: boolean }[] {
  const { people, duration, buffer, priority } = problem;
  const slots = people[0]!.length;
  const named = { slot: LETTERS[start]!, right: namesOf(rightStarts(problem)) };
  const end = start + duration;
  return [
    { fault: { code: 'ends_late', values: named }, holds: end <= slots },
    ...people.map((calendar, i) => ({
      fault: { code: 'busy', values: { ...named, person: i + 1 } } as const,
      holds: free(calendar, start, end),
    })),
    ...(buffer === 0
      ? []
      : people.map((calendar, i) => ({
          fault: { code: 'no_buffer', values: { ...named, person: i + 1, buffer } } as const,
          holds: free(calendar, start - buffer, start) && free(calendar, end, end + buffer),
        }))),
    ...(priority === 'any'
      ? []
      : [
          {
            fault: { code: priority === 'earliest' ? 'not_earliest' : 'not_latest', values: named } as const,
            holds: rightStarts(problem).includes(start),
          },
        ]),
  ];
}

/** Slots by letter; the answer `none` where there are none. */
const namesOf = (starts: readonly number[]): string =>
  starts.length === 0 ? NONE : starts.map((start) => LETTERS[start]).join(', ');

function verify(problem: Planning, answer: string | null): Verdict {
  const nothing = unanswered(answer);
  if (nothing) return nothing;
  const given = slotOf(answer!);
  const starts = rightStarts(problem);
  const right = namesOf(starts);
  if (given === NONE)
    return starts.length === 0
      ? verdicts.right({ code: 'nothing_fits', values: {} })
      : verdicts.wrong({ code: 'wrongly_none', values: { right } });
  const start = given.length === 1 ? LETTERS.indexOf(given) : -1;
  if (start < 0 || start >= problem.people[0]!.length) return verdicts.wrong({ code: 'no_slot', values: { right } });
  if (starts.includes(start)) return verdicts.right({ code: 'fits', values: { slot: given } });
  const all = constraints(problem, start);
  const failing = all.filter(({ holds }) => !holds);
  return verdicts.wrong(failing[0]!.fault, (all.length - failing.length) / all.length);
}

/** People of a problem with so many slots. */
const peopleAt = (level: number): number => (level <= 7 ? 2 : level <= 10 ? 3 : 4);
/** Slots from which on some problems ask for free ones around the meeting, and for a priority other than the earliest start. */
const BUFFER_FROM = 8;
const PRIORITY_FROM = 7;
/** Share of days on which nothing fits. */
const NONE_SHARE = 0.1;

export const calendar: Task<Planning> = {
  name: 'calendar',
  title: 'Calendar',
  about: 'When can everybody meet? Slots are a, b, c …; # is busy; asked are duration, free slots around, priority.',
  level: { unit: 'slots', min: 6, max: 12, initial: 8 },
  recipe: {
    title: 'When can everybody meet?',
    about: 'Calendars of eight slots: who is free together, then each start that fits.',
    level: 8,
    sft: { shortShare: 0.6, steps: 200 },
    grpo: { steps: 35 },
    reward: { lMax: 36, lPos: 29, lNeg: 12 },
  },
  problemSchema,
  generate(random, level) {
    const none = random.next() < NONE_SHARE;
    const people = peopleAt(level);
    const duration = level < 10 ? 2 : random.integer(2, 3);
    const buffer = level < BUFFER_FROM ? 0 : random.integer(0, 1);
    const priority = level < PRIORITY_FROM ? 'earliest' : random.pick(['any', 'earliest', 'latest'] as const);
    // the more people, the less each is busy, so that as much is left to all of them
    const busy = 1 - (buffer > 0 ? 0.72 : 0.6) ** (1 / people);
    for (;;) {
      const calendars = Array.from({ length: people }, () =>
        Array.from({ length: level }, () => (random.next() < busy ? '#' : '.')).join(''),
      );
      const problem: Planning = { people: calendars, duration, buffer, priority };
      if ((rightStarts(problem).length === 0) !== none) continue;
      const prompt = `${calendars.join('/')};${duration}${buffer}${PRIORITIES[priority]}=`;
      return { prompt, answer: teacherAnswer(problem), problem };
    }
  },
  identity: ({ people, duration, buffer, priority }) => [...[...people].sort(), duration, buffer, priority].join(),
  traces: ({ problem, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think(`${intersect(problem)},${filter(problem)}`, answer) },
    { kind: 'mend', completion: think(withSlip(problem), answer) },
  ],
  longestPrompt: (level) => (level + 1) * peopleAt(level) + 4,
  // two tags, the answer none and the end
  longestTrace: (level, kind) =>
    7 + { short: 0, long: 2 * level + 1, mend: 2 * level + 1 + Math.floor(level / 2) + 2 }[kind],
  words,
  verify,
  isSame: (_, a, b) => isSameText(a, b, joined),
  picture(problem, answer) {
    const { people, duration, buffer, priority } = problem;
    const given = slotOf(answer ?? '');
    const start = given.length === 1 ? LETTERS.indexOf(given) : -1;
    const { correct, reason } = verify(problem, answer);
    const inMeeting = (slot: number) => start >= 0 && slot >= start && slot < start + duration;
    const cell = (char: string, slot: number): Mark =>
      mark(
        char === '#' ? '#' : '.',
        inMeeting(slot) ? (char === '#' ? 'bad' : 'good') : char === '#' ? 'accent' : 'muted',
      );
    const starts = [...filter(problem)].map((char, slot) =>
      mark(char, slot === start ? (correct ? 'good' : 'bad') : 'plain'),
    );
    return {
      kind: 'grid',
      rowLabels: [...people.map((_, i) => `person ${i + 1}`), 'all', 'may start'],
      columnLabels: [...LETTERS.slice(0, people[0]!.length)],
      rows: [...people.map((row) => [...row].map(cell)), [...intersect(problem)].map(cell), starts],
      caption: `${duration} slots, ${buffer} free around, ${priority}: ${verdictText(calendar, reason)}`,
    };
  },
};
