/** A form from a schema of its own: every kind of field, lists and their first items. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formOf, GENERAL, SECTIONS } from './fields';

const tasks = ['maze', 'tour'] as const;
const schema = z
  .strictObject({
    version: z.literal(1).default(1),
    name: z.string().default('untitled'),
    seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Of all.' }),
    reward: z
      .strictObject({
        weight: z.number().default(1).meta({ title: 'Weight', description: '' }),
        customSource: z.string().max(100).default('').meta({ title: 'Your own', description: 'In JavaScript.' }),
        label: z.string().meta({ title: 'Label' }).default('mine'),
        inner: z.strictObject({ deep: z.boolean().default(true).meta({ title: 'Deep' }) }).prefault({}),
      })
      .prefault({} as never)
      .meta({ title: 'Reward', description: 'What pays.' }),
    data: z
      .strictObject({
        clusters: z
          .array(
            z.strictObject({
              task: z.enum(tasks).meta({ title: 'Task' }),
              level: z.int().meta({ title: 'Difficulty' }),
              epochs: z.number().min(0.5).default(2).meta({ title: 'Epochs' }),
              least: z.int().min(4).meta({ title: 'Least' }),
              prompt: z.string().min(1),
              trace: z.string().optional(),
            }),
          )
          .max(4)
          .default([])
          .meta({ title: 'Clusters', description: 'A mixture.' }),
        own: z.array(z.object({ prompt: z.string().min(1), trace: z.string().optional() })).default([]),
        ks: z.array(z.int().min(1)).default([1, 5]).meta({ title: 'k' }),
      })
      .prefault({} as never),
  })
  .superRefine(() => {});

describe('a form', () => {
  const { sections, general } = formOf(schema);
  const fields = sections.flatMap((section) => section.fields);
  const field = (path: string) => fields.find((one) => one.path === path);

  it('has the titled fields outside all sections', () => {
    expect(general.map(({ path, kind }) => [path, kind])).toEqual([['seed', 'number']]);
  });

  it('has a section for each object, with a field for each of its kinds, wherever its title is', () => {
    expect(sections.map(({ name, title }) => [name, title])).toEqual([
      ['reward', 'Reward'],
      ['data', 'data'],
    ]);
    expect(fields.map(({ path, title, kind }) => [path, title, kind])).toEqual([
      ['reward.weight', 'Weight', 'number'],
      ['reward.customSource', 'Your own', 'source'],
      ['reward.label', 'Label', 'text'],
      ['reward.inner.deep', 'Deep', 'flag'],
      ['data.clusters', 'Clusters', 'list'],
      ['data.own', 'own', 'list'],
      ['data.ks', 'k', 'list'],
    ]);
  });

  it('gives a list the columns of its items, and items to begin with', () => {
    const clusters = field('data.clusters')!;
    expect(clusters.columns.map(({ path, kind, optional }) => [path, kind, optional])).toEqual([
      ['task', 'choice', false],
      ['level', 'number', false],
      ['epochs', 'number', false],
      ['least', 'number', false],
      ['prompt', 'text', false],
      ['trace', 'text', true],
    ]);
    expect(clusters.columns[0]!.choices).toEqual(tasks);
    expect(clusters.blanks).toEqual(tasks.map((task) => ({ task, level: 0, epochs: 2, least: 4, prompt: '?' })));
    expect(field('data.own')!.blanks.slice(0, 2)).toEqual([{ prompt: '?' }, { prompt: '??' }]);
    expect(field('data.ks')).toMatchObject({ columns: [{ path: '', kind: 'number' }], blanks: [1] });
  });

  it("is what New run makes of the recipe's own schema", () => {
    expect(GENERAL.map(({ path }) => path)).toEqual(['seed', 'tokensPerPass', 'kernels', 'precision']);
    expect(SECTIONS.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['task', 'model', 'sft', 'grpo', 'checkpoints', 'reward']),
    );
    for (const { title } of SECTIONS.flatMap((section) => section.fields)) expect(title).not.toBe('');
  });

  it('knows which fields belong to a choice of their section', () => {
    const all = SECTIONS.flatMap((section) => section.fields);
    const choiceOf = (path: string) => all.find((one) => one.path === path)?.onlyWith;
    expect(choiceOf('grpo.muon.momentum')).toEqual({ path: 'grpo.optimizer', value: 'muon' });
    expect(choiceOf('sft.adamw.beta1')).toEqual({ path: 'sft.optimizer', value: 'adamw' });
    expect(choiceOf('grpo.vespoKPos')).toEqual({ path: 'grpo.lossType', value: 'vespo' });
    expect(choiceOf('grpo.beta')).toBeNull();
  });
});
