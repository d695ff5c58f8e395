/** The tables of docs/grpo.md, made from the records of losses and the recipe (write them: `npx vitest run src/lab/recipe/grpoDocs.test.ts -u`). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import config from '../../train/goldens/grpo-config.json';
import { losses } from '../../train/losses/index';
import { grpoSection } from './sections/grpo';

interface Field {
  readonly type: string;
  readonly description: string;
  readonly default: unknown;
  readonly trl?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}
const fields = Object.entries((z.toJSONSchema(grpoSection, { io: 'input' }) as { properties: object }).properties) as [
  string,
  Field,
][];

const code = (text: unknown) => `\`${text}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const lossTable = table(
  ['`lossType`', 'objective', 'adds up as', 'own options', 'source'],
  losses.map(({ name, description, aggregation, options, source }) => [
    ...[code(name), description, aggregation.words],
    Object.keys(options).map(code).join(', ') || '–',
    source,
  ]),
);

const rangeOf = ({ enum: choices, minimum, maximum, default: initial }: Field) => {
  if (choices) return choices.map(code).join(', ');
  return typeof initial === 'boolean' ? 'on or off' : `${minimum} – ${maximum}`;
};
const optionTable = table(
  ['field of `grpo`', "TRL's name", 'default', 'range', 'what it does'],
  fields
    .filter(([name, { type }]) => type !== 'object' && name !== 'lossType')
    .map(([name, field]) => [
      ...[code(name), field.trl ? code(field.trl) : '–', code(field.default), rangeOf(field), field.description],
    ]),
);

it('tables of docs/grpo.md follow the records', async () => {
  const file = path.resolve(import.meta.dirname, '../../../docs/grpo.md');
  let text = readFileSync(file, 'utf8');
  for (const [name, made] of Object.entries({ losses: lossTable, options: optionTable })) {
    const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end of ${name} -->)`);
    expect(text).toMatch(between);
    text = text.replace(between, (_, start, end) => `${start}${made}\n${end}`);
  }
  await expect(text).toMatchFileSnapshot(file);
});

it('every name of TRL is a field of its GRPOConfig', () => {
  const names = fields.flatMap(([, { trl }]) => trl ?? []);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !Object.hasOwn(config.fields, name))).toEqual([]);
  expect(config.version).toBe('1.16.0');
});

it('fields that differ from TRL carry its name', () => {
  const named = Object.fromEntries(fields.map(([name, { trl }]) => [name, trl]));
  expect(named).toMatchObject({
    ...{ groupSize: 'num_generations', updates: 'num_iterations', gamma: 'entropy_coef' },
    ...{ klRatio: 'use_bias_correction_kl', aggregation: 'multi_objective_aggregation' },
    ...{ referenceMixup: 'ref_model_mixup_alpha', maskTruncated: 'mask_truncated_completions', epsilonLow: 'epsilon' },
  });
});
