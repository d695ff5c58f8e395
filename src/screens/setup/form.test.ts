/** Editors of New run: for a schema of the test, and for every list of the recipe. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recipes } from '../../lab/recipe/presets';
import { addToDraft, chooseRecipe, editDraft, fillDraft, removeFromDraft } from '../../store/draft';
import { lab } from '../../store/lab';
import { valueAt } from '../../valueAt';
import { Row, taken } from './Control';
import { type Field, formOf, SECTIONS } from './fields';
import { ListEditor } from './ListEditor';

const schema = z.object({
  reward: z.object({ customSource: z.string().default('').meta({ title: 'Your own' }) }),
  data: z.object({
    clusters: z
      .array(
        z.object({
          task: z.enum(['maze', 'tour']).meta({ title: 'Task' }),
          level: z.int().meta({ title: 'Level' }),
          prompt: z.string().meta({ title: 'Prompt' }),
        }),
      )
      .meta({ title: 'Clusters', description: 'A mixture.' }),
  }),
});
const fields = formOf(schema).sections.flatMap((section) => section.fields);
const field = (path: string) => fields.find((one) => one.path === path) as Field;
const markup = (element: Parameters<typeof renderToStaticMarkup>[0]) => renderToStaticMarkup(element);

const lists = SECTIONS.flatMap((section) => section.fields).filter(({ kind }) => kind === 'list');
const items = (path: string) => valueAt(lab.getState().draft, path) as unknown[];

it.each([
  ['12', 12],
  [' 1,5 ', 1.5],
  ['1.500', 1.5],
  ['-3e-4', -3e-4],
  ['10,000', '10,000'],
  ['0,001', 0.001],
  ['1234,567', 1234.567],
  ['1,000', '1,000'],
  ['0x10', '0x10'],
  ['1.000.000', '1.000.000'],
  ['Infinity', 'Infinity'],
  ['', Number.NaN],
])('a number typed as %j is taken as %j', (text, value) => expect(taken({ kind: 'number' }, text)).toBe(value));

describe('an editor', () => {
  it('of a program has several lines, its label and what is wrong with it', () => {
    const path = 'reward.customSource';
    const errors = { [path]: `${path}: no function` };
    const html = markup(
      createElement(Row, { field: field(path), value: 'return <1', errors, edition: 0, hint: undefined }),
    );
    expect(html).toMatch(/<label for="reward.customSource">Your own<\/label>/);
    expect(html).toMatch(
      /<textarea[^>]*id="reward.customSource"[^>]*aria-invalid="true"[^>]*>return &lt;1<\/textarea>/,
    );
    expect(html).toMatch(/role="alert" id="reward.customSource-error">reward.customSource: no function</);
  });

  it('of text shows each of its lines, and keeps the breaks between them', () => {
    const text = field('data.clusters').columns.find(({ kind }) => kind === 'text') as Field;
    const value = 'Add.\n2 + 3';
    const html = markup(createElement(Row, { field: text, value, errors: {}, edition: 0, hint: undefined }));
    expect(html).toMatch(/<textarea[^>]*rows="2"[^>]*>Add\.\n2 \+ 3<\/textarea>/);
  });

  it('of a list has a field for each column of each item, and shows errors at the field', () => {
    const errors = { 'data.clusters.1.level': 'data.clusters.1.level: too much' };
    const value = [
      { task: 'maze', level: 4, prompt: '1' },
      { task: 'tour', level: 99, prompt: '2' },
    ];
    const html = markup(createElement(ListEditor, { field: field('data.clusters'), value, errors, edition: 0 }));
    for (const id of ['data.clusters.0.task', 'data.clusters.0.level', 'data.clusters.1.task', 'data.clusters.1.level'])
      expect(html).toMatch(new RegExp(`<(input|select)[^>]*id="${id}"`));
    expect(html).toContain('<option selected="">tour</option>');
    expect(html).toMatch(/id="data.clusters.1.level-error">data.clusters.1.level: too much/);
    expect(html.match(/role="alert"/g)).toHaveLength(1);
    expect(html).toContain('aria-label="Remove 2 of Clusters"');
    expect(html).toContain('aria-label="Add to Clusters"');
  });

  it.each(lists)('of $path takes items, keeps them apart, and lets go of them', async ({ path, blanks, columns }) => {
    chooseRecipe((recipes[0] as { name: string }).name);
    const before = items(path).length;
    addToDraft(path, blanks);
    addToDraft(path, blanks);
    expect(lab.getState().draftErrors).toEqual({});
    expect(items(path)).toHaveLength(before + 2);
    const typed = columns.find(({ kind }) => kind === 'number' || kind === 'text') as Field;
    editDraft(`${path}.${before}.${typed.path}`, typed.kind === 'number' ? Number.NaN : '');
    expect(lab.getState().draftErrors[`${path}.${before}.${typed.path}`]).toContain(`${path}.${before}`);
    const second = items(path)[before + 1];
    removeFromDraft(path, before);
    expect(items(path).slice(before)).toEqual([second]);
    const file = [...items(path)].map((item) => JSON.stringify(item)).join('\n');
    removeFromDraft(path, before);
    await fillDraft(path, `${file}\n`, 'mine.jsonl');
    expect(items(path).slice(before)).toEqual([second]);
    await fillDraft(path, `${file}\n{`, 'mine.jsonl');
    expect(lab.getState().draftErrors[path]).toContain(`mine.jsonl: line ${before + 2} is not JSON`);
  });
});
