/**
 * The travelling salesman: a shortest round tour. Distances are Manhattan distances of different points of a 5 × 5 grid; what
 * is judged rests on the distances alone. The traces write tours with their sums: of four cities all three that there are, of
 * more the nearest neighbour's and what 2-opt makes of it: 0123=3+2+6+5=16,0132=3+4+6+2=15,0213=2+2+4+5=13.
 */
import { z } from 'zod';
import type { Random } from '../random';
import { isSameText, joined } from '../text/answerText';
import { mark } from './picture';
import { type Problem, type Task, think, type Verdict } from './task';
import { canonical, type Distances, legs, lengthOf, nearestNeighbour, shortestTour, type Tour, twoOpt } from './tour';
import { quoted, unanswered, verdictsOf, verdictText } from './verdicts';

/** A city is one digit. */
const MOST_CITIES = 10;
/** Points of a side of the grid. */
const SIDE = 5;
/** Tours that a trace works out at most. */
const mostTours = (cities: number) => cities - 1;

const problemSchema = z
  .strictObject({
    distances: z
      .array(z.array(z.int().min(0).max(1_000_000)))
      .min(3)
      .max(MOST_CITIES),
    /** Places of the cities in a picture, x to the right and y down; nothing is computed from them. */
    points: z
      .array(z.tuple([z.int().min(-1_000_000).max(1_000_000), z.int().min(-1_000_000).max(1_000_000)]))
      .optional(),
  })
  .superRefine(({ distances, points }, context) => {
    const n = distances.length;
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    distances.forEach((row, i) => {
      if (row.length !== n) issue(['distances', i], `${row.length} distances for ${n} cities`);
      row.forEach((distance, j) => {
        if (i === j && distance !== 0) issue(['distances', i, j], `city ${i} is ${distance} from itself, not 0`);
        if (i !== j && distance === 0) issue(['distances', i, j], `cities ${i} and ${j} are 0 apart; at least 1`);
        if (j < i && distance !== distances[j]?.[i])
          issue(['distances', i, j], `${distance} from ${i} to ${j}, but ${distances[j]?.[i]} back`);
      });
    });
    if (points && points.length !== n) issue(['points'], `${points.length} points for ${n} cities`);
  });
interface Tsp {
  readonly distances: Distances;
  readonly points?: readonly (readonly [number, number])[] | undefined;
}

/** The tours that a trace goes through; the best of them is a shortest one. */
function explored(distances: Distances): Tour[] {
  const n = distances.length;
  if (n === 4)
    return [
      [0, 1, 2, 3],
      [0, 1, 3, 2],
      [0, 2, 1, 3],
    ];
  const shortest = shortestTour(distances);
  const optimal = lengthOf(distances, shortest);
  const tours: Tour[] = [];
  for (let start = 0; start < n; start++)
    for (let tour: Tour | null = nearestNeighbour(distances, start); tour; tour = twoOpt(distances, tour)) {
      const form = canonical(tour);
      if (!tours.some((known) => known.join() === form.join())) tours.push(form);
      if (lengthOf(distances, tour) === optimal) return tours;
      // where the search would go on for long, the teacher knows where it would end
      if (tours.length === mostTours(n) - 1) return [...tours, canonical(shortest)];
    }
  return [...tours, canonical(shortest)];
}

const bestOf = (distances: Distances, tours: readonly Tour[]): Tour =>
  tours.reduce((best, tour) => (lengthOf(distances, tour) < lengthOf(distances, best) ? tour : best));

const written = (distances: Distances, tour: Tour, off = 0): string =>
  `${tour.join('')}=${legs(distances, tour).join('+')}=${lengthOf(distances, tour) + off}`;

/** The first sum one too high, an x where it is noticed, and all of it again. */
function withSlip(distances: Distances): string {
  const tours = explored(distances);
  return `${written(distances, tours[0]!, 1)}x${tours.map((tour) => written(distances, tour)).join(',')}`;
}

/** The tour that an answer is: every city once; null where it is none. */
function readTour(cities: number, answer: string): Tour | null {
  if (answer.length !== cities || !/^[0-9]+$/.test(answer)) return null;
  const tour = [...answer].map(Number);
  return new Set(tour).size === cities && tour.every((city) => city < cities) ? tour : null;
}

const words = {
  shortest: '{given} has length {length}, the shortest',
  longer: '{given} has length {length}, the shortest {shortest}',
  no_tour: '{given} is not each of the {cities} cities once',
} as const;
const { right, wrong } = verdictsOf(words);

function verify({ distances }: Tsp, answer: string | null): Verdict {
  const nothing = unanswered(answer);
  if (nothing) return nothing;
  const given = joined(answer!);
  const tour = readTour(distances.length, given);
  if (!tour) return wrong({ code: 'no_tour', values: { given: quoted(given), cities: distances.length } });
  const length = lengthOf(distances, tour);
  const shortest = lengthOf(distances, shortestTour(distances));
  const measures = { gap: length / shortest - 1 };
  if (length === shortest) return right({ code: 'shortest', values: { given, length } }, measures);
  return wrong({ code: 'longer', values: { given, length, shortest } }, shortest / length, measures);
}

/** Places for cities without points, on a circle. */
const onCircle = (cities: number): (readonly [number, number])[] =>
  Array.from({ length: cities }, (_, i) => {
    const angle = (2 * Math.PI * i) / cities;
    return [Math.round(100 * Math.sin(angle)), Math.round(-100 * Math.cos(angle))];
  });

/** Different points of the grid. */
function drawPoints(cities: number, random: Random): (readonly [number, number])[] {
  const places = new Set<number>();
  while (places.size < cities) places.add(random.integer(0, SIDE * SIDE - 1));
  return [...places].map((place) => [place % SIDE, Math.floor(place / SIDE)] as const);
}

/** Draws a problem. Of four cities' three tours only one is shortest, so that a guess is right one time in three. */
function generate(random: Random, level: number): Problem<Tsp> {
  for (;;) {
    const points = drawPoints(level, random);
    const distances = points.map(([x, y]) => points.map(([u, v]) => Math.abs(x - u) + Math.abs(y - v)));
    const tours = explored(distances);
    const best = bestOf(distances, tours);
    const shortest = tours.filter((tour) => lengthOf(distances, tour) === lengthOf(distances, best));
    if (level === 4 && shortest.length > 1) continue;
    // the distances from each city to those after it
    const rows = distances.slice(0, -1).map((row, i) => row.slice(i + 1).join(''));
    return { prompt: `${rows.join(',')}=`, answer: best.join(''), problem: { distances, points } };
  }
}

export const tsp: Task<Tsp> = {
  name: 'tsp',
  title: 'Shortest tour',
  about: 'In which order are all cities visited, and home again, on the shortest way?',
  level: { unit: 'cities', min: 4, max: 7, initial: 4 },
  recipe: {
    title: 'The shortest tour of five cities',
    about: 'The nearest city next, then what two-opt shortens, with the sums; or a look at the distances.',
    level: 5,
    sft: { shortShare: 0.4, steps: 400 },
    grpo: { steps: 20, learningRate: 1.5e-4 },
    reward: { lMax: 92, lPos: 78, lNeg: 32 },
  },
  problemSchema,
  generate,
  // cities under other numbers: the distances from each, sorted, which hardly any two different problems share
  identity: ({ distances }) =>
    distances
      .map((row) => [...row].sort((a, b) => a - b).join())
      .sort()
      .join(';'),
  traces: ({ problem: { distances }, answer }) => [
    { kind: 'short', completion: think('', answer) },
    {
      kind: 'long',
      completion: think(
        explored(distances)
          .map((tour) => written(distances, tour))
          .join(','),
        answer,
      ),
    },
    { kind: 'mend', completion: think(withSlip(distances), answer) },
  ],
  longestPrompt: (level) => (level * (level - 1)) / 2 + level - 1,
  longestTrace(level, kind) {
    // the tour, its legs of one digit each, a sum of at most two
    const line = level + 1 + (2 * level - 1) + 1 + 2;
    const long = mostTours(level) * (line + 1) - 1;
    return level + 3 + { short: 0, long, mend: long + line + 1 }[kind];
  },
  words,
  verify,
  isSame({ distances }, a, b) {
    const [first, second] = [a, b].map((answer) => readTour(distances.length, joined(answer)));
    return first && second ? canonical(first).join() === canonical(second).join() : isSameText(a, b, joined);
  },
  picture(problem, answer) {
    const { distances } = problem;
    const points = problem.points ?? onCircle(distances.length);
    const { correct, reason } = verify(problem, answer);
    const tour = readTour(distances.length, joined(answer ?? '')) ?? [];
    return {
      kind: 'map',
      points: points.map(([x, y], city) => ({ x, y, mark: mark(String(city), 'accent') })),
      lines: tour.map((city, i) => {
        const next = tour[(i + 1) % tour.length]!;
        return { ends: [city, next], mark: mark(String(distances[city]![next]!), correct ? 'good' : 'bad') };
      }),
      caption: `${distances.length} cities; ${verdictText(tsp, reason)}`,
    };
  },
};
