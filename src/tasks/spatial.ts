/**
 * Spatial maps after SpatialMap: each object lies one step (N, NE, E …) from one that was placed before, so that every
 * place follows from the relations. Asked is the direction of one object from another, or how many objects lie further to a
 * side than one does. The long trace places the objects on a map of 9 × 9, the first in its middle, then compares.
 */
import { z } from 'zod';
import { excerpt } from '../quote';
import { isSameText, joined, plain } from '../text/answerText';
import { type MapPicture, mark } from './picture';
import { type Task, think } from './task';
import { exactVerdict, exactWords } from './verdicts';

const NAMES = 'ABCDEFGHIJ';
const SIDES = ['N', 'E', 'S', 'W'] as const;
const DIRECTIONS = [...SIDES, 'NE', 'SE', 'SW', 'NW'] as const;
type Direction = (typeof DIRECTIONS)[number];

const name = z.string().regex(/^[A-J]$/, 'objects are A to J');
const problemSchema = z
  .strictObject({
    /** `subject` lies one step `direction` of `object`; one of them was placed before, the other was not. */
    relations: z
      .array(z.strictObject({ subject: name, direction: z.enum(DIRECTIONS), object: name }))
      .min(1)
      .max(NAMES.length - 1),
    question: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('direction'), of: name, from: name }),
      z.strictObject({ kind: z.literal('count'), side: z.enum(SIDES), of: name }),
    ]),
  })
  .superRefine(({ relations, question }, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const placed = new Set(relations[0] ? [relations[0].object] : []);
    relations.forEach(({ subject, object }, i) => {
      if (placed.has(subject) === placed.has(object))
        issue(['relations', i], `of ${subject} and ${object} one must have a place already, and one must be new`);
      placed.add(subject).add(object);
    });
    const asked = question.kind === 'direction' ? [question.of, question.from] : [question.of];
    for (const object of asked) if (!placed.has(object)) issue(['question'], `${object} has no place`);
    if (question.kind !== 'direction') return;
    const [of, from] = asked.map((object) => places({ relations }).get(object!));
    if (of && from && of.x === from.x && of.y === from.y)
      issue(['question'], `${question.of} and ${question.from} have the same place`);
  });
type SpatialMap = z.infer<typeof problemSchema>;
type Relation = SpatialMap['relations'][number];

interface Place {
  readonly x: number;
  /** Grows to the north. */
  readonly y: number;
}
/** The middle of the map of 9 × 9 of the generator's objects. */
const MIDDLE = 5;

const stepOf = (direction: Direction): Place => ({
  x: Number(direction.includes('E')) - Number(direction.includes('W')),
  y: Number(direction.includes('N')) - Number(direction.includes('S')),
});

/** Place of each object, in the order in which they are placed. */
function places({ relations }: Pick<SpatialMap, 'relations'>): Map<string, Place> {
  const placed = new Map<string, Place>();
  for (const { subject, direction, object } of relations) {
    if (placed.size === 0) placed.set(object, { x: MIDDLE, y: MIDDLE });
    const step = stepOf(direction);
    const base = placed.get(object);
    const other = placed.get(subject);
    if (base) placed.set(subject, { x: base.x + step.x, y: base.y + step.y });
    else if (other) placed.set(object, { x: other.x - step.x, y: other.y - step.y });
  }
  return placed;
}

const directionOf = (of: Place, from: Place): string => {
  const vertical = of.y > from.y ? 'N' : of.y < from.y ? 'S' : '';
  return vertical + (of.x > from.x ? 'E' : of.x < from.x ? 'W' : '');
};

/** Distance of a place to the side. */
const along = (side: (typeof SIDES)[number], { x, y }: Place): number => stepOf(side).x * x + stepOf(side).y * y;

function answerOf(problem: SpatialMap): string {
  const placed = places(problem);
  const { question } = problem;
  if (question.kind === 'direction') return directionOf(placed.get(question.of)!, placed.get(question.from)!);
  const limit = along(question.side, placed.get(question.of)!);
  return String([...placed.values()].filter((place) => along(question.side, place) > limit).length);
}

/** A direction is one or two letters in a row, a count is a number. */
const reading = ({ question }: SpatialMap) => (question.kind === 'direction' ? joined : plain);

const relationText = ({ subject, direction, object }: Relation): string => `${subject}${direction}${object}`;
const placeText = (object: string, { x, y }: Place): string => `${object}${x}${y}`;

/** The places one after another; each relation is written again beside the place that follows from it. */
function placing(problem: SpatialMap): string[] {
  const placed = places(problem);
  const steps = problem.relations.map((relation) => {
    const { subject, object } = relation;
    const known = [...placed.keys()];
    const added = known.indexOf(subject) > known.indexOf(object) ? subject : object;
    return `${relationText(relation)}${placeText(added, placed.get(added)!)}`;
  });
  const [first] = placed;
  return [placeText(...first!), ...steps];
}

/** The comparison: two places, or the coordinate of each object, with + where it lies further to the side. */
function comparing(problem: SpatialMap): string {
  const placed = places(problem);
  const { question } = problem;
  if (question.kind === 'direction')
    return `${placeText(question.of, placed.get(question.of)!)}${placeText(question.from, placed.get(question.from)!)}`;
  const { side } = question;
  const coordinate = ({ x, y }: Place) => (side === 'E' || side === 'W' ? x : y);
  const limit = placed.get(question.of)!;
  const others = [...placed].filter(([object]) => object !== question.of);
  const marked = others.map(
    ([object, place]) => `${object}${coordinate(place)}${along(side, place) > along(side, limit) ? '+' : '-'}`,
  );
  return `${question.of}${coordinate(limit)}:${marked.join('')}`;
}

/** The first place one step off, an x where it is noticed, and the same again. */
function withSlip(problem: SpatialMap): string {
  const [first, second, ...rest] = placing(problem);
  const at = second!.length - 2;
  const off = `${second!.slice(0, at)}${Number(second![at]) + 1}`;
  return [first, `${off}x`, second, ...rest, comparing(problem)].join(',');
}

/** From these levels on there are diagonal steps, questions of number, relations from the new object's side or the other's. */
const DIAGONAL_FROM = 5;
const COUNT_FROM = 5;
const TURNED_FROM = 6;
const directionLength = (level: number): number => (level >= DIAGONAL_FROM ? 2 : 1);

export const spatial: Task<SpatialMap> = {
  name: 'spatial',
  title: 'Spatial map',
  about:
    'Objects lie one step from each other (BNA: B is north of A). Which way is one from another (CA?), or how many lie further north (#NA?)?',
  level: { unit: 'objects', min: 3, max: 6, initial: 4 },
  recipe: {
    title: 'A map from four objects',
    about: 'Places from relations, then two of them compared.',
    level: 4,
    sft: { shortShare: 0.3, steps: 500 },
    grpo: { steps: 20, learningRate: 2e-4 },
    reward: { lMax: 56, lPos: 46, lNeg: 20 },
  },
  problemSchema,
  generate(random, level) {
    const directions = level >= DIAGONAL_FROM ? DIRECTIONS : SIDES;
    for (;;) {
      const relations = Array.from({ length: level - 1 }, (_, i): Relation => {
        const old = NAMES[random.integer(0, i)]!;
        const fresh = NAMES[i + 1]!;
        const direction = random.pick(directions);
        // the first relation's object is the one in the middle
        const turned = i > 0 && level >= TURNED_FROM && random.next() < 0.5;
        return turned ? { subject: old, direction, object: fresh } : { subject: fresh, direction, object: old };
      });
      const placed = places({ relations });
      const distinct = new Set([...placed.values()].map(({ x, y }) => `${x},${y}`)).size;
      const onMap = [...placed.values()].every(({ x, y }) => Math.min(x, y) >= 1 && Math.max(x, y) <= 2 * MIDDLE - 1);
      if (distinct < level || !onMap) continue;
      const of = random.integer(0, level - 1);
      const from = (of + random.integer(1, level - 1)) % level;
      const counts = level >= COUNT_FROM && random.next() < 0.5;
      const question: SpatialMap['question'] = counts
        ? { kind: 'count', side: random.pick(SIDES), of: NAMES[of]! }
        : { kind: 'direction', of: NAMES[of]!, from: NAMES[from]! };
      const problem = { relations, question };
      const asked = counts ? `#${(question as { side: string }).side}${NAMES[of]}` : `${NAMES[of]}${NAMES[from]}`;
      const prompt = `${relations.map(relationText).join(',')};${asked}?`;
      return { prompt, answer: answerOf(problem), problem };
    }
  },
  traces: ({ problem, answer }) => [
    { kind: 'short', completion: think('', answer) },
    { kind: 'long', completion: think([...placing(problem), comparing(problem)].join(','), answer) },
    { kind: 'mend', completion: think(withSlip(problem), answer) },
  ],
  longestPrompt: (level) => (level - 1) * (directionLength(level) + 3) + (level >= COUNT_FROM ? 3 : 2) + 1,
  longestTrace(level, kind) {
    // a place of 3, a step of a relation and a place with its comma, two places or each other object with its sign
    const step = directionLength(level) + 6;
    const compare = level >= COUNT_FROM ? Math.max(6, 3 + 3 * (level - 1)) : 6;
    const long = 3 + (level - 1) * step + 1 + compare;
    return 2 + 3 + { short: 0, long, mend: long + step }[kind];
  },
  words: exactWords,
  verify: (problem, answer) => exactVerdict(answerOf(problem), answer, reading(problem)),
  isSame: (problem, a, b) => isSameText(a, b, reading(problem)),
  picture(problem, answer) {
    const placed = places(problem);
    const names = [...placed.keys()];
    const { question } = problem;
    const asked = question.kind === 'direction' ? [question.of, question.from] : [question.of];
    const expected = answerOf(problem);
    const given = reading(problem)(answer ?? '') || 'nothing';
    const tone = isSameText(given, expected, reading(problem)) ? 'good' : 'bad';
    const words =
      question.kind === 'direction'
        ? `${question.of} is ${expected} of ${question.from}`
        : `${expected} further ${question.side} than ${question.of}`;
    const picture: MapPicture = {
      kind: 'map',
      points: [...placed].map(([object, { x, y }]) => ({
        x,
        y: -y,
        mark: mark(object, asked.includes(object) ? tone : 'plain'),
      })),
      lines: problem.relations.map(({ subject, direction, object }) => ({
        ends: [names.indexOf(object), names.indexOf(subject)],
        mark: mark(direction, 'muted'),
      })),
    };
    return {
      ...picture,
      caption: `${problem.relations.map(relationText).join(', ')}: ${words}; answered ${excerpt(given)}`,
    };
  },
};
