import { describe, expect, it } from 'vitest';
import { calendar } from './calendar';
import { taskProperties } from './properties.fixture';

type Planning = Parameters<typeof calendar.verify>[0];

/** By sets of busy slots, a start at a time, from the words of the rule. */
function fits({ people, duration, buffer }: Planning, start: number): boolean {
  const day = people[0]!.length;
  const busy = new Set(people.flatMap((row) => [...row].flatMap((char, slot) => (char === '#' ? [slot] : []))));
  const needed = Array.from({ length: duration + 2 * buffer }, (_, i) => start - buffer + i);
  return start + duration <= day && needed.every((slot) => slot < 0 || slot >= day || !busy.has(slot));
}
function isRight(problem: Planning, given: string): boolean {
  const answer = given.toLowerCase();
  const all = [...problem.people[0]!].map((_, slot) => slot).filter((slot) => fits(problem, slot));
  if (answer === 'none') return all.length === 0;
  const start = /^[a-z]$/.test(answer) ? answer.charCodeAt(0) - 97 : -1;
  if (!all.includes(start)) return false;
  if (problem.priority === 'any') return true;
  return start === (problem.priority === 'earliest' ? Math.min(...all) : Math.max(...all));
}

taskProperties(calendar, {
  isRight,
  signs: true,
  mutations: () => [...'abcdefghijklm', 'none', 'None', 'no', 'A', '0', '1', 'a,b', 'ａ', 'a'.repeat(100_000)],
});

describe('calendar', () => {
  const problem: Planning = { people: ['.#....', '....#.'], duration: 2, buffer: 0, priority: 'earliest' };

  it('traces the intersection and the starts that fit', () => {
    expect(calendar.traces({ prompt: '', answer: 'c', problem }).map(({ completion }) => completion)).toEqual([
      '<think></think>c',
      '<think>.#..#.,--c---</think>c',
      '<think>.#.#x.#..#.,--c---</think>c',
    ]);
  });

  it('logs the share of constraints that hold', () => {
    expect(calendar.verify(problem, 'c')).toMatchObject({ correct: true, partial: 1 });
    expect(calendar.verify(problem, 'd').partial).toBe(2 / 4); // person 2 is busy, and it is not the earliest
    expect(calendar.verify(problem, 'none').partial).toBe(0);
    expect(calendar.verify({ ...problem, buffer: 1 }, 'none').correct).toBe(true);
    const loose: Planning = { people: ['......'], duration: 2, buffer: 0, priority: 'any' };
    for (const slot of 'abcde') expect(calendar.verify(loose, slot).correct).toBe(true);
    expect(calendar.verify(loose, 'f').partial).toBe(1 / 2);
    expect(calendar.verify({ ...loose, priority: 'latest' }, 'a').partial).toBe(2 / 3);
  });

  it.each([
    [{ ...problem, people: ['...', '..'] }, 'has 2 slots; the first has 3'],
    [{ ...problem, people: ['..x...'] }, 'slots are . (free) or # (busy)'],
    [{ ...problem, duration: 7 }, 'a day has 6 slots, not 7'],
    [{ ...problem, priority: 'soon' }, 'Invalid option'],
    [{ ...problem, people: [] }, 'Too small'],
    [{ ...problem, people: ['.'.repeat(27)] }, 'Too big'],
  ])('refuses %j', (bad, message) => {
    expect(calendar.problemSchema.safeParse(bad).error?.issues[0]?.message).toContain(message);
  });
});
