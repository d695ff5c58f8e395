/** Similarity against a count of all pairs, cleaning and selection by hand, the curriculum by what it draws. */
import { describe, expect, it } from 'vitest';
import { random } from '../../random';
import { sentence } from '../../reason';
import { taskByName } from '../../tasks';
import { distinctProblems } from '../mixture';
import { heldOutProblems, type TaskProblem } from '../problems';
import { curriculumStateSchema } from '../sourceState';
import { clean, cleaningWords } from './cleaning';
import { Curriculum } from './curriculum';
import { choose, passHistogram, placeOf, selections } from './selection';
import { jaccard, ngrams, PromptIndex } from './similarity';

const parity = taskByName('parity');
const asked = (prompt: string): TaskProblem => ({
  ...{ task: parity, level: 8 },
  problem: { prompt, answer: '1', problem: null },
});

describe('similarity', () => {
  it('by hand: n-grams, and what two sets share', () => {
    expect(ngrams('abcabc', 3)).toEqual(['abc', 'bca', 'cab']);
    expect(ngrams('ab', 3)).toEqual(['ab']);
    expect(jaccard(ngrams('abcd', 2), ngrams('bcde', 2))).toBe(2 / 4); // ab bc cd · bc cd de
    expect(jaccard(['a'], ['b'])).toBe(0);
  });

  it.each([0.3, 0.5, 0.7, 0.8, 0.9, 1])('finds at %d what a look at every pair finds', (threshold) => {
    const stream = random(2, 'pairs');
    const text = () => Array.from({ length: stream.integer(3, 14) }, () => stream.pick([...'01+'])).join('');
    const texts = Array.from({ length: 300 }, text);
    const index = new PromptIndex(threshold);
    texts.forEach((one, i) => {
      const before = texts.slice(0, i);
      const likeness = before.map((other) =>
        threshold === 1 ? Number(other === one) : jaccard(ngrams(one), ngrams(other)),
      );
      const best = likeness.reduce((most, value) => Math.max(most, value), 0);
      expect(index.find(one)?.similarity ?? 0, one).toBe(best >= threshold ? best : 0);
      index.add(one);
    });
  });
});

describe('cleaning', () => {
  it('leaves out what was there before and what an evaluation asks, and says of what', () => {
    const evaluation = { task: parity, level: 8, problems: [asked('12345678=').problem] };
    const pool = ['aaaa0000=', 'bbbb1111=', 'aaaa0000=', '12345679=', '12345678=', 'bbbb1112='].map(asked);
    const exact = clean(pool, [evaluation], { dedupe: 1, decontaminate: 1 });
    expect(exact.kept.map(({ problem }) => problem.prompt)).toEqual([
      'aaaa0000=',
      'bbbb1111=',
      '12345679=',
      'bbbb1112=',
    ]);
    expect(exact.removed).toEqual([
      { problem: pool[2], dirt: 'duplicate', reason: { code: 'duplicate', values: { prompt: 'aaaa0000=' } } },
      {
        problem: pool[4],
        dirt: 'contaminated',
        reason: { code: 'contaminated', values: { prompt: '12345678=', task: 'parity', level: 8 } },
      },
    ]);
    // 12345679= shares 4 of 8 4-grams with the evaluation's, bbbb1112= as many with bbbb1111=
    const near = clean(pool, [evaluation], { dedupe: 0.5, decontaminate: 0.5 });
    expect(near.kept.map(({ problem }) => problem.prompt)).toEqual(['aaaa0000=', 'bbbb1111=']);
    expect(near.removed.map(({ reason }) => sentence(cleaningWords, reason))).toContain(
      'contaminated: 0.50 like 12345678= in the evaluation of parity at 8',
    );
  });

  it('finds nothing of the evaluation in what the split lets train', () => {
    const pool = distinctProblems(parity, 8, 200, 1).map((problem) => ({ task: parity, level: 8, problem }));
    const evaluation = { task: parity, level: 8, problems: heldOutProblems(parity, 8, 100, 1) };
    const { kept, removed } = clean(pool, [evaluation], { dedupe: 1, decontaminate: 1 });
    expect([kept.length, removed.length]).toEqual([200, 0]);
  });
});

describe('selection', () => {
  const rated = [0, 0.125, 0.5, 0.875, 1].map((passRate, i) => ({ problem: asked(`${i}=`), passRate }));
  const band = { low: 0.125, high: 0.875 };
  const kept = (select: (typeof selections)[number], seed = 0) =>
    choose(rated, select, band, random(seed, 'choose')).flatMap((one, i) => (one.kept ? [i] : []));

  it('takes the band with both its ends, what is above it, what is below it, or all', () => {
    expect(kept('band')).toEqual([1, 2, 3]);
    expect(kept('easy')).toEqual([4]);
    expect(kept('hard')).toEqual([0]);
    expect(kept('none')).toEqual([0, 1, 2, 3, 4]);
    expect([0, 0.125, 1].map((rate) => placeOf(rate, band))).toEqual(['hard', 'band', 'easy']);
  });

  it('takes at random as many as the band has, by seed', () => {
    expect(kept('random')).toHaveLength(3);
    expect(kept('random')).toEqual(kept('random'));
    const all = new Set(Array.from({ length: 20 }, (_, seed) => kept('random', seed)).flat());
    expect(all.size).toBe(5);
  });

  it('gives each problem its reason, and counts by right answers', () => {
    for (const select of selections)
      for (const { reason, passRate } of choose(rated, select, band, random(0)))
        expect(reason).toContain(`pass rate ${passRate.toFixed(2)} is`);
    expect(passHistogram(rated, 8)).toEqual([1, 1, 0, 0, 1, 0, 0, 1, 1]);
  });
});

describe('a curriculum', () => {
  const pool = Array.from({ length: 5 }, (_, i) => asked(`${i}=`));
  const rated = pool.map((problem) => ({ problem, passRate: 0.5 }));
  const draw = (curriculum: Curriculum, count: number) => Array.from({ length: count }, () => curriculum.draw());

  it('draws what was kept, pass after pass, in an order by seed', () => {
    const opened = (seed: number) => {
      const curriculum = new Curriculum(seed);
      curriculum.select(rated, pool.slice(0, 4));
      return draw(curriculum, 16);
    };
    for (let pass = 0; pass < 4; pass++)
      expect(new Set(opened(1).slice(4 * pass, 4 * pass + 4))).toEqual(new Set(pool.slice(0, 4)));
    expect(opened(1)).toEqual(opened(1));
    expect(opened(1)).not.toEqual(opened(2));
    expect(() => new Curriculum(1).select(rated, [])).toThrow('at least one problem');
  });

  it('estimates from the answers since the selection, and starts again with the next', () => {
    const curriculum = new Curriculum(1);
    curriculum.select(rated, pool);
    curriculum.answered(pool[1]!, 1);
    curriculum.answered(pool[1]!, 0.5);
    curriculum.answered(pool[2]!, 0);
    expect(curriculum.heardOf).toBe(2);
    const estimates = curriculum.estimates();
    expect(estimates.map(({ passRate }) => passRate)).toEqual([0.5, 0.75, 0, 0.5, 0.5]);
    curriculum.select(estimates, [pool[4]!]);
    expect(draw(curriculum, 3)).toEqual([pool[4], pool[4], pool[4]]);
    expect(curriculum.heardOf).toBe(0);
    expect(curriculum.estimates()).toEqual(estimates);
  });

  it('continues from its state: order, pass rates, answers and later selections', () => {
    const problems = distinctProblems(parity, 8, 5, 1);
    const own = problems.map((problem): TaskProblem => ({ task: parity, level: 8, problem }));
    const first = new Curriculum(1);
    first.select(
      own.map((problem, i) => ({ problem, passRate: i / 5 })),
      own.slice(1),
    );
    first.answered(first.draw(), 0.5);
    first.answered(first.draw(), 1);
    const second = new Curriculum(1);
    const state = curriculumStateSchema.parse(JSON.parse(JSON.stringify(first.state())));
    second.restore(state);
    expect(second.state()).toEqual(first.state());
    for (const one of [first, second]) {
      draw(one, 7);
      one.answered(one.pool[2]!, 0);
      one.select(one.estimates(), one.pool.slice(2));
    }
    expect(draw(second, 9)).toEqual(draw(first, 9));
    expect(second.estimates()).toEqual(first.estimates());
    const damaged = structuredClone(state);
    damaged.pool[1]!.problem.problem = { bits: 'x' };
    expect(() => new Curriculum(1).restore(damaged)).toThrow('curriculum: problem 2 (parity): bits: is "x"');
    expect(() => curriculumStateSchema.parse({ ...state, kept: [5] })).toThrow('is outside the pool; use 0 to 4');
  });
});
