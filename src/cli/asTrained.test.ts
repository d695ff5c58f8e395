/** `data --as-trained`: the batches that the trainer of a run received, rebuilt from its folder. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Tokenizer } from '../text/tokenizer';
import { type Example, SupervisedTrainer } from '../train/supervised';
import { at, CPU, lab, smallestTraining, write } from './cli.fixture';

const clusters = [
  { task: 'parity', level: 6, problems: 5, epochs: 2 },
  { task: 'addition', level: 1, problems: 0, epochs: 0.01 },
];
const STEPS = 4;

/** Trains and returns the last batches of SFT's trainer; the self-test's come before them. */
async function batchesOf(steps: number, ...args: string[]): Promise<Example[][]> {
  const step = vi.spyOn(SupervisedTrainer.prototype, 'step');
  try {
    const { code, error } = await lab(...args);
    expect(code, error).toBe(0);
    return step.mock.calls.slice(-steps).map(([examples]) => examples.map(({ ids, mask }) => ({ ids, mask })));
  } finally {
    step.mockRestore();
  }
}
const trained = (folder: string, ...sets: string[]) =>
  batchesOf(STEPS, ...smallestTraining(folder, `sft.steps=${STEPS}`, 'sft.sequences=3', ...sets));

const printed = async (folder: string, step: number) => {
  const { out, error } = await lab('data', '--as-trained', folder, '--step', `${step}`);
  expect(error).toBe('');
  const lines = out.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Example & { prompt: string; completion: string });
};

const tokenizer = new Tokenizer();

describe('data --as-trained', () => {
  it.each([
    ['of one task', []],
    ['of a mixture', [`data.clusters=${JSON.stringify(clusters)}`]],
    ['with corrected traces', ['sft.shortShare=0.2', 'sft.mendShare=0.6']],
  ])('prints the ids and masks of every step of a run %s', async (name, sets) => {
    const folder = at(`run ${name}`);
    const batches = await trained(folder, ...sets);
    expect(batches.length).toBe(STEPS);
    for (const [i, batch] of batches.entries()) {
      const lines = await printed(folder, i + 1);
      expect(lines.map(({ ids, mask }) => ({ ids, mask }))).toEqual(batch);
      for (const { prompt, completion, ids } of lines) {
        const text = tokenizer.decode(ids);
        expect(text).toContain(prompt);
        expect(text).toContain(completion);
      }
    }
  });

  it.each<[string, string[], string]>([
    ['a step past the end', ['--as-trained', at('run of one task'), '--step', '5'], '--step: 5 is not an SFT step of'],
    ['no step', ['--as-trained', at('run of one task')], '--step is missing; --as-trained needs an SFT step'],
    ['a task as well', ['--as-trained', at('x'), '--step', '1', '--task', 'parity'], 'exclude each other'],
    ['a step of a task', ['--task', 'parity', '--step', '1'], '--step needs --as-trained RUN'],
    ['neither', [], '--task is missing'],
    ['a folder of something else', ['--as-trained', path.dirname(at('x')), '--step', '1'], 'has no recipe.json'],
  ])('refuses %s', async (_, args, message) => {
    const { code, error } = await lab('data', ...args);
    expect(error).toContain(message);
    expect(code).toBe(2);
  });

  it('counts the steps in the journal of a killed run', async () => {
    const folder = at('run of one task');
    rmSync(path.join(folder, 'summary.json'));
    const journal = path.join(folder, 'events.jsonl');
    const text = readFileSync(journal, 'utf8');
    writeFileSync(journal, text.slice(0, text.indexOf('"at":"sft-3"') + 40));
    expect((await printed(folder, 2)).length).toBe(3);
    const { error } = await lab('data', '--as-trained', folder, '--step', '3');
    expect(error).toContain('which has 2; use 1 to 2');
  });

  it.each([
    ['another seed', 'seed=9'],
    ['other sequences', 'sft.sequences=2'],
    ['another rate', 'sft.learningRate=1e-4'],
  ])('prints the steps that a fork with %s took, and names the parent for those before', async (name, set) => {
    const [parent, fork] = [at('parent'), at(`fork with ${name}`)];
    if (!existsSync(parent)) await trained(parent, 'checkpoints.everySteps=2');
    const batches = await batchesOf(2, 'train', '--fork', `${parent}@sft-2`, '--set', set, '--out', fork, ...CPU);
    for (const [i, batch] of batches.entries())
      expect((await printed(fork, i + 3)).map(({ ids, mask }) => ({ ids, mask }))).toEqual(batch);
    const { code, error } = await lab('data', '--as-trained', fork, '--step', '2');
    expect(error).toMatch(/--step: .* is a fork of .*parent at sft-2, which took SFT step 2; use --as-trained with/);
    expect(code).toBe(2);
  });

  it('reads the folder of an earlier version, whose recipe or summary bounds the steps', async () => {
    const folder = at('earlier');
    mkdirSync(folder);
    cpSync(at('parent/recipe.json'), path.join(folder, 'recipe.json'));
    expect((await printed(folder, STEPS)).length).toBe(3);
    write('earlier/summary.json', '{"sft":{"steps":1}}');
    const { error } = await lab('data', '--as-trained', folder, '--step', '2');
    expect(error).toContain('which has 1; use 1 to 1');
  });
});
