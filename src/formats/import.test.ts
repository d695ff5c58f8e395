/** Folders of other programs: the logits of transformers 5, or an error that names the key (goldens/make_import_goldens.py). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCpuDevice } from '../gpu/cpu';
import { loadWeights, openModel } from '../model/model';
import { sequenceLogits } from '../train/scoring';
import { checkLength } from './length';
import { folderOf, readWeights } from './model';

interface Variant {
  readonly name: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly refused: string | null;
  readonly ids: number[];
  readonly logits: number[][];
  readonly ends: number[];
}

const { weights, variants } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'goldens/import.json'), 'utf8'),
) as { weights: Record<string, string>; variants: Variant[] };

const load = ({ files, ids }: Variant) => {
  const bytes = Object.entries(files).map(([name, content]) => [
    name,
    Buffer.from(typeof content === 'string' ? Buffer.from(weights[content]!, 'base64') : JSON.stringify(content)),
  ]);
  const model = readWeights(folderOf(Object.fromEntries(bytes)));
  checkLength(model.config, ids.length, 'the sequence');
  return model;
};

describe('a folder that transformers loads gives the same logits', () => {
  it.each(variants.filter(({ refused }) => refused === null))('$name', async (variant) => {
    const { config, tensors, ends } = load(variant);
    expect(ends ?? []).toEqual(variant.ends.filter((id) => id < config.vocab_size));
    const device = openCpuDevice();
    const model = openModel(device, config);
    loadWeights(model, tensors);
    const [rows] = await sequenceLogits(model, [variant.ids]);
    expect(rows!.length).toBe(variant.ids.length);
    const differences = rows!.flatMap((row, t) => [...row].map((x, v) => Math.abs(x - variant.logits[t]![v]!)));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });
});

describe('a folder with unsupported computation is rejected by key', () => {
  it.each(variants.filter(({ refused }) => refused !== null))('$name', (variant) => {
    expect(() => load(variant)).toThrow(variant.refused!);
  });
});
