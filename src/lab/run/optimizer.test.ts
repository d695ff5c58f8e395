/** Optimizers in a recipe: their fields, their defaults, and runs that Muon trains. */
import { expect, it } from 'vitest';
import { openCpuDevice } from '../../gpu/cpu';
import { SECTIONS } from '../../screens/setup/fields';
import { optimizerNames, optimizers } from '../../train/optimizers';
import { recipeByName, recipes } from '../recipe/presets/index';
import { withFields } from '../recipe/recipe';
import { estimateMemory } from './memory';
import { run } from './run';
import { Session } from './session';

const TINY = withFields(recipeByName('parity-8-nano'), {
  ...{ 'model.layers': 1, 'model.width': 16, 'model.heads': 4, 'model.kvHeads': 2, 'model.ffn': 16, 'task.level': 5 },
  ...{ 'sft.steps': 3, 'sft.sequences': 6, 'sft.warmup': 0, 'grpo.steps': 2, 'grpo.prompts': 2, 'grpo.groupSize': 4 },
  ...{ 'evaluation.problems': 3, 'grpo.warmup': 0 },
});
const MUON = { 'sft.optimizer': 'muon', 'grpo.optimizer': 'muon', 'sft.learningRate': 0.01 };

async function weightsOf(fields: Readonly<Record<string, unknown>>, f16 = false): Promise<Float32Array[]> {
  const session = new Session(openCpuDevice({ f16 }), withFields(TINY, fields));
  let end = false;
  for await (const event of run(session)) end = event.type === 'end';
  expect(end).toBe(true);
  const weights = [...(await session.weights.read()).values()].map(({ data }) => data);
  session.destroy();
  return weights;
}

it('every recipe of the lab trains by AdamW, with the settings that its record declares', () => {
  const settings = Object.fromEntries(optimizerNames.map((name) => [name, optimizers[name].options.parse({})]));
  for (const { name } of recipes)
    for (const stage of ['sft', 'grpo'] as const)
      expect(recipeByName(name)[stage], name).toMatchObject({ optimizer: 'adamw', ...settings });
});

it('New run has a field for each setting, titled with its optimizer', () => {
  const fields = SECTIONS.flatMap((section) => section.fields);
  const titles = fields.filter(({ path }) => path.startsWith('grpo.muon.')).map(({ title }) => title);
  expect(titles).toContain('Muon: Newton–Schulz steps');
  expect(new Set(titles).size).toBe(titles.length);
  expect(fields.find(({ path }) => path === 'sft.muon.adjust_lr_fn')?.choices).toEqual([
    'original',
    'match_rms_adamw',
    'spectral_unclamped',
  ]);
});

it('a setting out of its range is refused by its path', () => {
  expect(() => withFields(TINY, { 'sft.muon.momentum': 1 })).toThrow(/sft\.muon\.momentum/);
  expect(() => withFields(TINY, { 'sft.optimizer': 'adam' })).toThrow(/sft\.optimizer/);
});

it('a run by Muon repeats to the bit, and follows its settings', async () => {
  const first = await weightsOf(MUON);
  expect(await weightsOf(MUON)).toEqual(first);
  expect(await weightsOf({ ...MUON, 'grpo.muon.nesterov': false })).not.toEqual(first);
  expect(await weightsOf({ 'sft.learningRate': 0.01 })).not.toEqual(first);
});

it('a run by Muon in f16 ends', async () => {
  await weightsOf({ ...MUON, precision: 'f16' }, true);
});

it('the memory estimate follows the state of the optimizer, and its parts add up', async () => {
  const limits = { name: 'any', maxBindingBytes: 2 ** 31 };
  const [adamw, muon] = await Promise.all([
    estimateMemory(TINY, limits),
    estimateMemory(withFields(TINY, MUON), limits),
  ]);
  expect(muon.parameters).toBeLessThan(adamw.parameters);
  const { peak, parameters, activations, logits, decoding, other } = muon;
  expect([parameters, activations, logits, decoding, other].reduce((sum, bytes) => sum + bytes, 0)).toBe(peak);
});
