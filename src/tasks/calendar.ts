/**
 * Calendar planning after BA-Calendar: a meeting of some slots that everybody can attend, with free slots around it, the
 * earliest or the latest where that is asked. The long trace intersects the calendars, then filters the starts that fit.
 */
import { z } from 'zod';
import { folded, isSameText, joined } from '../text/answerText';
import { type Mark, mark } from './picture';
import { type Task, think, type Verdict } from './task';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
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
function mended(problem: Planning): string {
  const common = intersect(problem);
  const slip = Math.floor(common.length / 2);
  return `${common.slice(0, slip)}${common[slip] === '.' ? '#' : '.'}x${common},${filter(problem)}`;
}

const teacherAnswer = (problem: Planning): string => {
  const [start] = rightStarts(problem);
  return start === undefined ? NONE : LETTERS[start]!;
};
const NONE = 'none';

/** An answer as it is read: slots and `none` have small letters. */
const slotOf = (answer: string): string => folded(joined(answer));

/** What must hold of a start, one entry a constraint: everybody there, everybody free around it, it fits, priority. */
function constraints(problem: Planning, start: number): { readonly name: string; readonly holds: boolean }[] {
  const { people, duration, buffer, priority } = problem;
  const slots = people[0]!.length;
  const named = (i: number) => `person ${i + 1}`;
  return [
    { name: 'it ends within the day', holds: start + duration <= slots },
    ...people.map((calendar, i) => ({
      name: `${named(i)} is free`,
      holds: free(calendar, start, start + duration),
    })),
    ...(buffer === 0
      ? []
      : people.map((calendar, i) => ({
          name: `${named(i)} has ${buffer} free before and after`,
          holds: free(calendar, start - buffer, start) && free(calendar, start + duration, start + duration + buffer),
        }))),
    ...(priority === 'any'
      ? []
      : [
          {
            name: `no ${priority === 'earliest' ? 'earlier' : 'later'} start fits`,
            holds: rightStarts(problem).includes(start),
          },
        ]),
  ];
}

function verify(problem: Planning, answer: string | null): Verdict {
  const wrong = (reason: string, partial = 0): Verdict => ({ correct: false, partial, reason });
  if (answer === null) return wrong('the think block never closes, so there is no answer');
  const given = slotOf(answer);
  const right = rightStarts(problem);
  const fits = right.length === 0 ? 'nothing fits' : `${right.map((start) => LETTERS[start]).join(', ')} fits`;
  if (given === NONE)
    return right.length === 0
      ? { correct: true, partial: 1, reason: 'nothing fits, as answered' }
      : wrong(`answered ${NONE}; ${fits}`);
  const start = given.length === 1 ? LETTERS.indexOf(given) : -1;
  if (start < 0 || start >= problem.people[0]!.length) return wrong(`the answer is no slot and not ${NONE}; ${fits}`);
  if (right.includes(start)) return { correct: true, partial: 1, reason: `${given} fits` };
  const all = constraints(problem, start);
  const failing = all.filter(({ holds }) => !holds);
  const partial = (all.length - failing.length) / all.length;
  return wrong(`${given}: not so that ${failing[0]!.name}; ${fits}`, partial);
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
    { kind: 'mend', completion: think(mended(problem), answer) },
  ],
  longestPrompt: (level) => (level + 1) * peopleAt(level) + 4,
  // two tags, the answer none and the end
  longestTrace: (level, kind) =>
    7 + { short: 0, long: 2 * level + 1, mend: 2 * level + 1 + Math.floor(level / 2) + 2 }[kind],
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
      caption: `${duration} slots, ${buffer} free around, ${priority}: ${reason}`,
    };
  },
};
