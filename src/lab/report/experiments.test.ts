/** Parts of the experiments: training in stages, collation over seeds, the rule, and the generated pages. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openNodeDevice } from '../../gpu/node';
import { recipes } from '../recipe/presets';
import { parseRecipe, withFields } from '../recipe/recipe';
import type { Summary } from '../run/events';
import { run } from '../run/run';
import { Session } from '../run/session';
import { collate, type Outcome } from './experiment';
import { experimentById, experiments } from './index';
import { judgeLessons, lessons } from './lessons';
import { accuracies, mixedFamilies, retargeted } from './mixed';
import { pagesOf } from './page';
import { parseIndex, parseResult, spreadOf } from './results';
import { byRule, intervalOf, judge } from './rule';
import { familyRecipes, seeded } from './seeded';
import { Workbench } from './workbench';

const TINY = parseRecipe({
  name: 'tiny',
  seed: 3,
  task: { name: 'parity', level: 5 },
  model: { layers: 1, width: 16, heads: 2, kvHeads: 1, ffn: 16 },
  sft: { steps: 6, sequences: 8, warmup: 2 },
  grpo: { steps: 3, prompts: 2, groupSize: 4, warmup: 0 },
  reward: { lMax: 10, lPos: 8, lNeg: 4 },
  evaluation: { problems: 4, others: [{ task: 'addition', level: 1 }] },
});

describe('the workbench', () => {
  it('trains in stages to the same weights as one run, to the bit, and shares what recipes have in common', async () => {
    const device = await openNodeDevice();
    const session = new Session(device, TINY);
    let whole: Summary | null = null;
    for await (const event of run(session)) if (event.type === 'end') whole = event.summary;
    const weights = await session.weights.read();
    session.destroy();

    const progress: string[] = [];
    const bench = new Workbench(device, (text) => progress.push(text));
    const sft = await bench.sft(TINY);
    const grpo = await bench.grpo(TINY, sft);
    expect(grpo.summary.grpo).toEqual(whole!.grpo);
    expect(sft.summary.sft).toEqual(whole!.sft);
    expect([...grpo.tensors.values()].map(({ data }) => data)).toEqual([...weights.values()].map(({ data }) => data));

    const other = withFields(TINY, { 'grpo.beta': 0.5, 'reward.lPos': 6 });
    expect(await bench.sft(other)).toBe(sft);
    expect(await bench.grpo(other, sft)).not.toBe(grpo);
    expect(await bench.sft(withFields(TINY, { seed: 4 }))).not.toBe(sft);
    expect(progress).toHaveLength(4);
    const runs = await bench.evaluate(grpo, 5, 3, 0.8);
    expect(runs.map(({ answers }) => answers.length)).toEqual([5, 5, 5]);
    expect(await bench.evaluate(grpo, 5, 3, 0.8)).toEqual(runs);
    device.destroy();
  });
});

describe('outcomes', () => {
  const outcome = (value: number): Outcome => ({
    rows: [{ arm: 'a', recipe: null, cells: [value, null] }],
    curves: [{ arm: 'a', x: 'step', y: 'tokens', line: [[1, value]] }],
  });
  it('are collated over seeds; a cell without a number stays empty', () => {
    const { rows, curves } = collate([outcome(1), outcome(2), outcome(6)]);
    expect(rows[0]!.cells[0]).toMatchObject({ mean: 3, n: 3, values: [1, 2, 6] });
    expect(rows[0]!.cells[0]!.sd).toBeCloseTo(Math.sqrt(7), 12);
    expect(rows[0]!.cells[1]).toBeNull();
    expect(curves![0]!.lines).toEqual([[[1, 1]], [[1, 2]], [[1, 6]]]);
  });
  it('are refused if their arms differ', () => {
    const other = { rows: [{ arm: 'b', recipe: null, cells: [1, null] }] };
    expect(() => collate([outcome(1), other])).toThrow('the seeds do not have the same arms');
  });
});

describe('the rule', () => {
  const effect = (values: number[]) => judge([{ arm: 'a', values }])[0]!;

  it('uses the interval of Student’s t', () => {
    // 2, 4, 9: mean 5, sd √13; t 4.3027 for 2 degrees of freedom
    expect(intervalOf([2, 4, 9])!.low).toBeCloseTo(5 - (4.3027 * Math.sqrt(13)) / Math.sqrt(3), 3);
    expect(intervalOf([1])).toBeNull();
    const many = Array.from({ length: 41 }, (_, i) => i);
    const error = Math.sqrt((41 * 42) / 12) / Math.sqrt(41);
    expect((intervalOf(many)!.high - 20) / error).toBeCloseTo(2.0211, 3); // t for 40
  });

  it('counts an effect that every seed shows and whose interval is above 0', () => {
    expect(effect([0.2, 0.21, 0.19])).toMatchObject({ everySeed: true, holds: true });
    expect(effect([0.2, 0.01, 0.6])).toMatchObject({ everySeed: true, holds: false }); // too wide
    expect(effect([0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, -0.01]).low).toBeGreaterThan(0);
    expect(effect([0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, -0.01]).holds).toBe(false); // one seed against it
    expect(effect([0, 0, 0]).holds).toBe(false);
  });

  it('gives a verdict for all, some and no effects, and for one seed', () => {
    const what = { what: 'gain', unit: 'points' } as const;
    const verdict = (...all: number[][]) =>
      byRule(
        what,
        all.map((values, i) => ({ arm: `${i}`, values })),
        'x.',
      ).verdict;
    const [yes, no] = [
      [1, 1.1, 1],
      [1, -1, 1],
    ];
    expect([verdict(yes, yes), verdict(yes, no), verdict(no), verdict([1])]).toEqual([
      'agrees',
      'partly',
      'disagrees',
      'undecided',
    ]);
  });

  it('decides every experiment of the report', () => {
    for (const { id, conclude } of experiments.filter(({ id }) => id !== 'Lessons')) {
      const result = parseResult(
        readFileSync(new URL(`../../../public/results/${id}.json`, import.meta.url), 'utf8'),
        id,
      );
      const alike = result.rows.map((row) => ({
        ...row,
        cells: row.cells.map((cell) => cell && spreadOf(cell.values.map(() => cell.values[0]!))),
      }));
      const flat = result.rows.map((row) => ({ ...row, cells: row.cells.map(() => spreadOf([0.5, 0.5, 0.5])) }));
      expect(conclude({ rows: alike }).effects.length, id).toBeGreaterThan(1);
      if (id !== 'E7') expect(conclude({ rows: flat }).verdict, id).toBe(id === 'E3' ? 'agrees' : 'disagrees');
      const scattered = result.rows.map((row) => ({
        ...row,
        cells: row.cells.map((_, c) => spreadOf([c, -c, (7 * c) % 3])),
      }));
      expect(conclude({ rows: scattered }).verdict, id).not.toBe('agrees');
    }
  });
});

describe('the experiments', () => {
  it('are E1 to E8 and the lessons', () => {
    expect(experiments.map(({ id }) => id)).toEqual([...'12345678'].map((n) => `E${n}`).concat('Lessons'));
    expect(() => experimentById('E9')).toThrow('there is no experiment E9; use one of E1, E2');
  });

  it('use existing recipes, one per family', () => {
    const names = familyRecipes.map((name) => seeded(name, 1).task.name);
    expect(new Set(names).size).toBe(names.length);
    const known = recipes.map(({ name }) => name);
    for (const { arms } of lessons) for (const { recipe } of arms) expect(known).toContain(recipe);
  });

  it('retarget the mixed recipe to each family and evaluate the others', () => {
    const { recipe, members } = mixedFamilies(0);
    for (const member of members) {
      const { task, evaluation } = retargeted(recipe, member);
      expect(task).toMatchObject({ name: member.task, level: member.level });
      expect(evaluation.others).toEqual(members.filter((other) => other !== member));
    }
    const others = members.slice(1).map(({ task, level }, i) => ({ task, level, sampled_accuracy: i + 1 }));
    const stage = { greedy_accuracy: 0, sampled_accuracy: 0.5, mean_length: 1 };
    const after = { ...stage, others: others.map((other) => ({ ...stage, ...other })) };
    expect(accuracies(retargeted(recipe, members[0]!), members, after)).toEqual([0.5, 1, 2, 3]);
  });

  it('find a lesson that the numbers do not show', () => {
    const arms = [...new Set(lessons.flatMap((lesson) => lesson.arms.map(({ arm }) => arm)))];
    const flat = arms.map((arm) => ({ arm, recipe: null, cells: [0.5, 0.5, 8, 8, 0, 0.1, 0.1] }));
    expect(judgeLessons(collate([{ rows: flat }])).shown).toEqual([]);
    const thinks = { arm: 'parity-12', recipe: null, cells: [0.6, 1, 7, 16, 0, 0.1, 0.1] };
    const rows = flat.map((row) => (row.arm === 'parity-12' ? thinks : row));
    expect(judgeLessons(collate([{ rows }])).shown).toEqual(['thinking emerges']);
  });
});

describe('the committed results', () => {
  const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  const ids = parseIndex(read('public/results/index.json'), 'index');
  const results = ids.map((id) => parseResult(read(`public/results/${id}.json`), id));

  it('exist for every experiment, with three seeds or more', () => {
    expect(ids).toEqual(experiments.map(({ id }) => id).sort());
    for (const { id, seeds, rows } of results) {
      expect(seeds.length, id).toBeGreaterThanOrEqual(3);
      for (const { recipe, set } of rows) if (recipe) withFields(seeded(recipe, 0), set);
    }
  });

  it('have the texts and the conclusion of today’s experiment', () => {
    for (const result of results) {
      const { title, finding, report, why, columns, conclude } = experimentById(result.id);
      expect(result).toMatchObject({ title, finding, report, why, columns, ...conclude(result) });
    }
  });

  it('are the source of the pages', () => {
    const pages = Object.entries(pagesOf(results));
    expect(pages.map(([name]) => name)).toEqual(['report.md', 'lessons.md']);
    for (const [name, text] of pages) expect(read(`docs/${name}`), name).toBe(text);
  });

  it('raise held-out sampled accuracy by 10 points on four families other than parity', () => {
    const { rows } = results.find(({ id }) => id === 'E3')!;
    const lifted = rows.filter(({ arm, cells }) => arm !== 'parity-12' && cells[2]!.mean >= 0.1);
    expect(lifted.length).toBeGreaterThanOrEqual(4);
  });
});
