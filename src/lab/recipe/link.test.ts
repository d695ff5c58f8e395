/** Recipes in links: every preset with changes comes back whole; faults are named and the rest is applied. */
import { describe, expect, it } from 'vitest';
import { random } from '../../random';
import { changesOf, type LinkedRecipe, linkOf, recipeOfLink } from './link';
import { packText, unpackText } from './packedText';
import { recipeByName, recipes } from './presets';
import { parseRecipe, type Recipe, withFields } from './recipe';
import { recipeHash } from './recipeHash';

const parity = recipeByName('parity-12');
const linkWith = async (fields: unknown, recipe = 'parity-12'): Promise<LinkedRecipe> => ({
  recipe,
  set: await packText(JSON.stringify(fields)),
  hash: null,
});

const isNumber = (value: unknown) => typeof value === 'number';

/** Recipe with some numbers moved a little and some switches turned, as far as it stays valid. */
function changed(recipe: Recipe, seed: number): Recipe {
  const stream = random(seed, 'link', recipe.name, 0);
  let result = recipe;
  for (const [section, fields] of Object.entries(recipe))
    if (typeof fields === 'object')
      for (const [field, value] of Object.entries(fields)) {
        if (stream.next() < 0.7) continue;
        const next = isNumber(value) ? stream.pick([value + 1, value * 2, value / 2, 0]) : !value;
        if (!isNumber(value) && typeof value !== 'boolean') continue;
        try {
          result = withFields(result, { [`${section}.${field}`]: next });
        } catch {
          // out of range
        }
      }
  return withFields(result, { seed: stream.integer(0, 1000) });
}

describe('a link', () => {
  it.each(recipes)('brings $name with random changes back to the hash', async (recipe) => {
    for (let seed = 0; seed < 3; seed++) {
      const wanted = seed === 0 ? recipe : changed(recipe, seed);
      const link = await linkOf(wanted);
      expect(await recipeOfLink(link)).toEqual({ recipe: wanted, faults: [] });
      expect(link.hash).toMatch(/^[0-9a-f]{12}$/);
      expect(link.recipe).toBe(recipe.name);
      expect(link.set === null).toBe(seed === 0);
    }
  });

  it('brings own problems, a program and a recipe that is no preset back', async () => {
    const problems = Array.from({ length: 500 }, (_, i) => ({ prompt: `${i}+1=`, answer: `${i + 1}`, level: 2 }));
    const customSource = `function reward({ text }) {\n${'  // ž 語 \ud800\n'.repeat(40)}  return text.length; }`;
    const wanted = parseRecipe({
      ...parity,
      name: 'mine',
      title: 'Mine: “1 + 1”',
      task: { name: 'own', level: 2 },
      own: { problems, match: 'numeric', tolerance: 0.5 },
      reward: { ...parity.reward, custom: 0.5, customSource },
    });
    const link = await linkOf(wanted);
    expect(link.recipe).toBe('custom');
    expect(await recipeOfLink(link)).toEqual({ recipe: wanted, faults: [] });
    expect(link.set?.length).toBeLessThan(8000);
  });

  it.each([
    [{ 'grpo.stepz': 3 }, ['a recipe has no field "grpo.stepz"'], {}],
    [
      { grpo: 3, 'data.clusters.0': 1, ['__proto__']: 1 },
      ['a recipe has no field "grpo"', 'a recipe has no field "data.clusters.0"', 'a recipe has no field "__proto__"'],
      {},
    ],
    [
      { 'grpo.groupSize': 1, 'grpo.steps': 7 },
      ["grpo.groupSize is 1; use 2 to 64; the preset's value stays"],
      { 'grpo.steps': 7 },
    ],
    [
      { 'model.heads': 3, seed: 9 },
      ['model.width is 64 for 3 heads; use a multiple of 12 up to 384; left out: model.heads'],
      { seed: 9 },
    ],
    [
      { 'reward.custom': 1, 'sft.steps': 'many', version: 2 },
      [
        "version is 2; use 1; the preset's value stays",
        'sft.steps is "many"; use a number; the preset\'s value stays',
        'reward.customSource: your own term has a weight but no JavaScript',
      ],
      {},
    ],
  ])('%j: names its faults and keeps the other fields', async (fields, faults, kept) => {
    const found = await recipeOfLink(await linkWith(fields));
    expect(found.recipe).toEqual(withFields(parity, kept));
    expect(found.faults).toHaveLength(faults.length);
    for (const [i, fault] of faults.entries()) expect(found.faults[i]).toContain(fault.replace(': your', ' your'));
  });

  it.each([
    [{ recipe: 'chess-12', set: null, hash: null }, 'there is no recipe "chess-12"'],
    [{ recipe: null, set: 'q1Y', hash: null }, 'set= and hash= need recipe='],
    [{ recipe: 'parity-12', set: 'a b', hash: null }, 'set= has other characters'],
    [{ recipe: 'parity-12', set: 'abcde', hash: null }, 'set= is cut off; copy the whole link'],
    [{ recipe: 'parity-12', set: '_____', hash: null }, 'set= is cut off'],
    [{ recipe: 'parity-12', set: '____', hash: null }, 'set= is cut off or damaged; copy the whole link again'],
  ])('%j loads no recipe and says why', async (link, fault) => {
    const found = await recipeOfLink(link);
    expect(found.recipe).toBeNull();
    expect(found.faults.join()).toContain(fault);
  });

  it.each([
    [[1], 'set= holds [1]'],
    [null, 'set= holds null'],
  ])('with %j instead of fields loads no recipe', async (fields, fault) => {
    expect(await recipeOfLink(await linkWith(fields))).toMatchObject({
      recipe: null,
      faults: [expect.stringContaining(fault)],
    });
  });

  it('that was cut anywhere is refused or named', async () => {
    const { set, ...link } = await linkOf(changed(parity, 1));
    for (let end = 0; end < set!.length; end++) {
      const { faults } = await recipeOfLink({ ...link, set: set!.slice(0, end) });
      expect(faults, `${end}`).not.toEqual([]);
    }
  });

  it('that inflates far beyond its size is refused early', async () => {
    const bomb = await packText('['.repeat(8 * 2 ** 20));
    expect(bomb.length).toBeLessThan(100_000);
    const { recipe, faults } = await recipeOfLink({ recipe: 'parity-12', set: bomb, hash: null });
    expect([recipe, faults.join()]).toEqual([null, expect.stringContaining('unpacks to more than 4194304 bytes')]);
  });

  it('of another version of a preset says that the recipe differs', async () => {
    const { recipe, faults } = await recipeOfLink({ recipe: 'parity-12', set: null, hash: '000000000000' });
    expect(recipe).toEqual(parity);
    expect(faults).toEqual([
      expect.stringMatching(/^the recipe has the hash [0-9a-f]{12}, the link says "000000000000"/),
    ]);
  });
});

it('packed text comes back', async () => {
  for (const text of ['', 'a', '語'.repeat(5000), JSON.stringify(parity)])
    expect(await unpackText(await packText(text), 2 ** 20)).toBe(text);
});

describe('the hash of a recipe', () => {
  it('depends on every field but the words about it, and not on the order of keys', async () => {
    const hash = await recipeHash(parity);
    const reversed = Object.fromEntries(Object.entries(parity).reverse()) as Recipe;
    expect(await recipeHash(reversed)).toBe(hash);
    expect(await recipeHash({ ...parity, name: 'x', title: 'X', about: 'y' })).toBe(hash);
    for (const fields of [
      { seed: 7 },
      { 'grpo.beta': 0.123 },
      { 'evaluation.others': [{ task: 'addition', level: 2 }] },
    ])
      expect(await recipeHash(withFields(parity, fields))).not.toBe(hash);
  });

  it('stays the same between versions', async () => {
    expect(await recipeHash(parity)).toBe('73e2a48981b1');
    expect(changesOf(parity).fields).toEqual({});
  });
});
