/** Tours, judged against every order of the cities. */
import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { taskProperties } from './properties.fixture';
import { lengthOf, nearestNeighbour, shortestTour, twoOpt } from './tour';
import { tsp } from './tsp';

type Distances = readonly (readonly number[])[];

/** Shortest of all ways on from a city, back to city 0 at last. */
function shortest(distances: Distances, city: number, left: readonly number[]): number {
  if (left.length === 0) return distances[city]![0]!;
  return Math.min(
    ...left.map(
      (next) =>
        distances[city]![next]! +
        shortest(
          distances,
          next,
          left.filter((other) => other !== next),
        ),
    ),
  );
}
const known = new WeakMap<Distances, number>();
function optimum(distances: Distances): number {
  const found = known.get(distances) ?? shortest(distances, 0, distances.map((_, city) => city).slice(1));
  known.set(distances, found);
  return found;
}

taskProperties(tsp, {
  signs: true,
  isRight({ distances }, given) {
    const answer = given.replaceAll(' ', '');
    const cities = '0123456789'.slice(0, distances.length);
    if ([...answer].sort().join('') !== cities) return false;
    const round = `${answer}${answer[0]}`;
    let length = 0;
    for (let i = 0; i < answer.length; i++) length += distances[Number(round[i])]![Number(round[i + 1])]!;
    return length === optimum(distances);
  },
  mutations({ problem: { distances }, answer }, stream) {
    const shuffled = () => {
      const left = distances.map((_, city) => city);
      return distances.map(() => left.splice(stream.integer(0, left.length - 1), 1)[0]!).join('');
    };
    return [
      ...Array.from({ length: 6 }, shuffled),
      // the same tour from another city, and the other way round
      answer.slice(2) + answer.slice(0, 2),
      [...answer].reverse().join(''),
      `${answer}0`,
      [...answer].join('-'),
      [...answer].join(' '),
      answer.replace('1', '١'),
      answer.slice(0, -1) + answer[0],
      '1e1',
      '0123'.repeat(5000),
    ];
  },
});

it('writes tours with their sums', () => {
  const distances = [
    [0, 3, 2, 5],
    [3, 0, 2, 4],
    [2, 2, 0, 6],
    [5, 4, 6, 0],
  ];
  const traces = tsp.traces({ prompt: '', answer: '0132', problem: { distances } }).map(({ completion }) => completion);
  expect(traces).toEqual([
    '<think></think>0132',
    '<think>0123=3+2+6+5=16,0132=3+4+6+2=15,0213=2+2+4+5=13</think>0132',
    '<think>0123=3+2+6+5=17x0123=3+2+6+5=16,0132=3+4+6+2=15,0213=2+2+4+5=13</think>0132',
  ]);
});

describe('tours', () => {
  it('are shortest where they are said to be, and 2-opt only ever shortens', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { distances } = tsp.generate(random(seed, 'tours'), 4 + (seed % 4)).problem;
      expect(lengthOf(distances, shortestTour(distances))).toBe(optimum(distances));
      const start = nearestNeighbour(distances, 0);
      expect([...start].sort()).toEqual(distances.map((_, city) => city));
      const turned = twoOpt(distances, start);
      if (turned) expect(lengthOf(distances, turned)).toBeLessThan(lengthOf(distances, start));
    }
  });

  it('are found at once for as many cities as there may be', () => {
    const stream = random(1, 'ten');
    const points = Array.from({ length: 10 }, () => [stream.integer(0, 999), stream.integer(0, 999)] as const);
    const distances = points.map(([x, y]) => points.map(([u, v]) => Math.abs(x - u) + Math.abs(y - v)));
    const problem = tsp.problemSchema.parse({ distances });
    const before = performance.now();
    const verdict = tsp.verify(problem, '0123456789');
    expect(performance.now() - before).toBeLessThan(1000);
    expect(verdict.correct).toBe(false);
    expect(verdict.measures!.gap).toBeGreaterThan(0);
    expect(verdict.partial).toBeCloseTo(1 / (1 + verdict.measures!.gap!), 12);
    expect(tsp.picture(problem, '0123456789')).toMatchObject({
      kind: 'map',
      points: { length: 10 },
      lines: { length: 10 },
    });
  });
});

it('names what is wrong with a problem', () => {
  const issue = (problem: unknown) => {
    const [first] = tsp.problemSchema.safeParse(problem).error!.issues;
    return `${first!.path.join('.')}: ${first!.message}`;
  };
  const square = [
    [0, 1, 2],
    [1, 0, 3],
    [2, 3, 0],
  ];
  expect(issue({ distances: square.slice(1) })).toContain('distances');
  expect(
    issue({
      distances: [
        [0, 1, 2],
        [1, 0, 3],
        [2, 3],
      ],
    }),
  ).toBe('distances.2: 2 distances for 3 cities');
  expect(
    issue({
      distances: [
        [0, 1, 2],
        [4, 0, 3],
        [2, 3, 0],
      ],
    }),
  ).toBe('distances.1.0: 4 from 1 to 0, but 1 back');
  expect(
    issue({
      distances: [
        [5, 1, 2],
        [1, 0, 3],
        [2, 3, 0],
      ],
    }),
  ).toBe('distances.0.0: city 0 is 5 from itself, not 0');
  expect(issue({ distances: square, points: [[0, 0]] })).toBe('points: 1 points for 3 cities');
});

it('leaves one of three tours to guess with four cities', () => {
  for (let seed = 0; seed < 500; seed++) {
    const { distances } = tsp.generate(random(seed, 'alone'), 4).problem;
    const right = ['0123', '0132', '0213'].filter((answer) => tsp.verify({ distances }, answer).correct);
    expect(right).toHaveLength(1);
  }
});
