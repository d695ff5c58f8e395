import { describe, expect, it } from 'vitest';
import { random } from '../random';
import { taskByName } from '../tasks';
import { type Cluster, cycling, distinctProblems, mixture, passLength } from './mixture';
import { freshProblems, type ProblemSource, splitOf, type TaskProblem } from './problems';
import { type PassesState, sourceStateSchema } from './sourceState';

const [parity, addition] = [taskByName('parity'), taskByName('addition')];
const cluster = (fields: Partial<Cluster>): Cluster => ({ task: parity, level: 10, problems: 0, epochs: 1, ...fields });
const draw = (source: { draw(): TaskProblem }, count: number) => Array.from({ length: count }, () => source.draw());
const counted = (drawn: readonly TaskProblem[]) => {
  const counts = new Map<string, number>();
  for (const { problem } of drawn) counts.set(problem.prompt, (counts.get(problem.prompt) ?? 0) + 1);
  return counts;
};

describe('a mixture', () => {
  const clusters = [
    cluster({ problems: 20, epochs: 2.5 }),
    cluster({ task: addition, level: 2, problems: 7, epochs: 3 }),
  ];

  it('shows each problem as often as its epochs say, all in one pass, then shuffles again', () => {
    expect(passLength(clusters)).toBe(50 + 21);
    const source = mixture(clusters, 1, 'sft');
    const [first, second] = [draw(source, 71), draw(source, 71)];
    for (const pass of [first, second]) {
      const parities = counted(pass.filter(({ task }) => task === parity));
      expect([...parities.values()].sort()).toEqual([...Array(10).fill(2), ...Array(10).fill(3)]);
      const additions = counted(pass.filter(({ task }) => task === addition));
      expect([...additions.values()]).toEqual(Array(7).fill(3));
    }
    expect(first.map(({ problem }) => problem.prompt)).not.toEqual(second.map(({ problem }) => problem.prompt));
    // shuffled together, not one domain after the other
    const half = first.slice(0, 35).filter(({ task }) => task === addition).length;
    expect(half).toBeGreaterThan(3);
    expect(half).toBeLessThan(18);
  });

  it('repeats by seed, and a cluster draws the same alone as in company', () => {
    const prompts = (given: readonly Cluster[], seed: number, stage = 'sft') =>
      draw(mixture(given, seed, stage), passLength(given)).map(({ problem }) => problem.prompt);
    expect(prompts(clusters, 1)).toEqual(prompts(clusters, 1));
    expect(new Set(prompts(clusters, 1))).not.toEqual(new Set(prompts(clusters, 2)));
    expect(new Set(prompts(clusters, 1))).not.toEqual(new Set(prompts(clusters, 1, 'grpo')));
    expect(new Set(prompts(clusters, 1))).toEqual(
      new Set([...prompts([clusters[1]!], 1), ...prompts([clusters[0]!], 1)]),
    );
  });

  it('draws fresh problems without end, by weight', () => {
    const fresh = [cluster({ level: 20, epochs: 0.03 }), cluster({ task: addition, level: 4, epochs: 0.01 })];
    expect(passLength(fresh)).toBe(31 + 10);
    const drawn = draw(mixture(fresh, 1, 'sft'), 41 * 20);
    expect(drawn.filter(({ task }) => task === addition)).toHaveLength(10 * 20);
    expect(counted(drawn).size).toBeGreaterThan(41 * 20 - 5);
  });

  it('holds out what is held out, and says where there are too few problems', () => {
    const drawn = [
      ...distinctProblems(parity, 10, 800, 4, 'x'),
      ...draw(mixture([cluster({})], 4, 'sft'), 1024).map((d) => d.problem),
    ];
    for (const { prompt } of drawn) expect(splitOf(prompt)).toBe('train');
    expect(new Set(drawn.slice(0, 800).map(({ prompt }) => prompt)).size).toBe(800);
    expect(() => mixture([cluster({ level: 4, problems: 40 })], 0, 'sft')).toThrow(
      'parity at 4 bits has about 14 different training problems, not 40',
    );
  });
});

it('a cycle asks for its items again at the start of each pass', () => {
  let items: TaskProblem[] = distinctProblems(parity, 8, 3, 0).map((problem) => ({ task: parity, level: 8, problem }));
  const source = cycling(() => items, 5, 'test');
  expect(new Set(draw(source, 3))).toEqual(new Set(items));
  items = items.slice(0, 1);
  expect(draw(source, 2)).toEqual([items[0], items[0]]);
});

describe('a source continues', () => {
  const clusters = [cluster({ problems: 3, epochs: 2 }), cluster({ task: addition, level: 2, epochs: 0.002 })];
  const sources: readonly [string, () => ProblemSource][] = [
    ['fresh problems', () => freshProblems(parity, 10, random(1, 'x'))],
    ['a mixture', () => mixture(clusters, 1, 'sft')],
  ];

  it.each(sources)('%s: from every position, through JSON', (_, open) => {
    for (const drawn of [0, 1, 7, 8, 9, 30]) {
      const [first, second] = [open(), open()];
      draw(first, drawn);
      second.restore(sourceStateSchema.parse(JSON.parse(JSON.stringify(first.state()))));
      expect(second.state()).toEqual(first.state());
      expect(draw(second, 20)).toEqual(draw(first, 20));
    }
  });

  it('and refuses the state of another source', () => {
    const [fresh, mixed] = sources.map(([, open]) => open());
    draw(mixed!, 3);
    expect(() => mixed!.restore(fresh!.state())).toThrow('of kind "fresh", but this recipe draws from "passes"');
    const state = mixed!.state() as PassesState;
    expect(() => mixed!.restore({ ...state, fresh: [] })).toThrow('0 streams, but the mixture has 2 clusters');
    expect(() => mixed!.restore({ ...state, at: 99 })).toThrow('at item 99, but a pass has 8');
  });
});
