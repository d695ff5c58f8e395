import { describe, expect, it } from 'vitest';
import { taskProperties } from './properties.fixture';
import { spatial } from './spatial';

type SpatialMap = Parameters<typeof spatial.verify>[0];

const COMPASS: Record<string, [number, number]> = {
  N: [0, 1],
  NE: [1, 1],
  E: [1, 0],
  SE: [1, -1],
  S: [0, -1],
  SW: [-1, -1],
  W: [-1, 0],
  NW: [-1, 1],
};
/** Distance of `of` from `from`: the steps along the relations that lead there, by a walk without coordinates of a map. */
function offset({ relations }: SpatialMap, of: string, from: string, came = ''): [number, number] | null {
  if (of === from) return [0, 0];
  for (const { subject, direction, object } of relations) {
    const [dx, dy] = COMPASS[direction]!;
    const [next, sign] = object === from ? [subject, 1] : subject === from ? [object, -1] : ['', 0];
    if (sign === 0 || next === came) continue;
    const rest = offset({ relations } as SpatialMap, of, next as string, from);
    if (rest) return [rest[0] + Number(sign) * dx, rest[1] + Number(sign) * dy];
  }
  return null;
}
function isRight(problem: SpatialMap, given: string): boolean {
  const answer = given.toUpperCase();
  const { question, relations } = problem;
  if (question.kind === 'direction') {
    const [dx, dy] = offset(problem, question.of, question.from)!;
    return COMPASS[answer]?.join() === [Math.sign(dx), Math.sign(dy)].join();
  }
  const [sx, sy] = COMPASS[question.side]!;
  const objects = [...new Set(relations.flatMap(({ subject, object }) => [subject, object]))];
  const further = objects.filter((object) => {
    const [dx, dy] = offset(problem, object, question.of)!;
    return dx * sx + dy * sy > 0;
  });
  return answer === `${further.length}`;
}

taskProperties(spatial, {
  isRight,
  mutations: ({ answer }) => [
    ...Object.keys(COMPASS),
    ...[0, 1, 2, 3, 4, 5, 6].map(String),
    [...answer].reverse().join(''),
    answer.toLowerCase(),
    'north',
    `${answer}.`,
    '٢',
    'N'.repeat(100_000),
  ],
});

describe('spatial maps', () => {
  const relations: SpatialMap['relations'] = [
    { subject: 'B', direction: 'N', object: 'A' },
    { subject: 'C', direction: 'E', object: 'B' },
  ];
  const direction: SpatialMap = { relations, question: { kind: 'direction', of: 'C', from: 'A' } };
  const count: SpatialMap = { relations, question: { kind: 'count', side: 'N', of: 'A' } };

  it('have directions whose letters a space may part, and counts whose digits it may not', () => {
    for (const answer of ['NE', 'N E', ' n\u00a0e ']) expect(spatial.verify(direction, answer).correct).toBe(true);
    for (const answer of ['N', 'EN', 'N E E']) expect(spatial.verify(direction, answer).correct).toBe(false);
    expect(['2', ' 2 ', '0 2', '2 0'].map((answer) => spatial.verify(count, answer).correct)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('are traced by places and what is compared', () => {
    const traces = (problem: SpatialMap, answer: string) =>
      spatial.traces({ prompt: '', answer, problem }).map(({ completion }) => completion);
    expect(traces(direction, 'NE')).toEqual([
      '<think></think>NE',
      '<think>A55,BNAB56,CEBC66,C66A55</think>NE',
      '<think>A55,BNAB6x,BNAB56,CEBC66,C66A55</think>NE',
    ]);
    expect(traces(count, '2')[1]).toBe('<think>A55,BNAB56,CEBC66,A5:B6+C6+</think>2');
  });

  it.each([
    [{ relations: [{ subject: 'A', direction: 'N', object: 'A' }], question: direction.question }, 'one must be new'],
    [
      { relations: [...relations, { subject: 'E', direction: 'N', object: 'D' }], question: direction.question },
      'of E and D',
    ],
    [
      { relations: [...relations, { subject: 'C', direction: 'N', object: 'A' }], question: direction.question },
      'of C and A',
    ],
    [{ relations, question: { kind: 'direction', of: 'D', from: 'A' } }, 'D has no place'],
    [{ relations, question: { kind: 'direction', of: 'A', from: 'A' } }, 'have the same place'],
    [{ relations: [], question: direction.question }, 'Too small'],
    [{ relations: [{ subject: 'B', direction: 'up', object: 'A' }], question: direction.question }, 'Invalid option'],
  ])('refuse %j', (bad, message) => {
    const issues = spatial.problemSchema.safeParse(bad).error?.issues ?? [];
    expect(issues.map((issue) => issue.message).join()).toContain(message);
  });
});
