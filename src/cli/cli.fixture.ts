/** The terminal for tests: a temporary folder, a command in this process or in its own, small trainings and models. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { vi } from 'vitest';
import { modelToFiles } from '../formats/model';
import { recipeByName } from '../lab/recipe/presets';
import { modelConfigOf } from '../lab/recipe/recipe';
import { initialTensors, parameterTable } from '../model/parameters';
import { Tokenizer } from '../text/tokenizer';
import type { Command } from './command';
import { commands } from './commands';
import { dispatch } from './dispatch';

export const ROOT = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'groupthink-cli-'));
export const at = (name: string) => path.join(folder, name);
export const write = (name: string, text: string | Uint8Array) => {
  writeFileSync(at(name), text);
  return at(name);
};

interface Ended {
  code: number;
  out: string;
  error: string;
}

/** The command line of `npm run lab`, run by a shell with `exec`, so that a signal to npm reaches the lab and not the shell. */
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: { lab: string } };
export const labCommand = (args: readonly string[]): [command: string, args: string[]] => [
  'sh',
  ['-c', `${scripts.lab} "$@"`, 'lab', ...args],
];
export const labProcess = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(...labCommand(args), { cwd: ROOT, maxBuffer: 1e8 }, (error, out, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out, error: stderr }),
    );
  });

/** Runs a command in this process and captures its output. Only one may run at a time. */
export async function labWith(commands: readonly Command[], ...args: string[]): Promise<Ended> {
  const printed = { out: '', error: '' };
  const to = (stream: 'out' | 'error') => (text: unknown) => {
    printed[stream] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(to('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(to('error')),
    vi.spyOn(console, 'error').mockImplementation((...values) => void to('error')(`${format(...values)}\n`)),
  ];
  try {
    return { code: await dispatch(args, commands), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
export const lab = (...args: string[]): Promise<Ended> => labWith(commands, ...args);
export const lines = ({ out }: Ended) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const TINY = [
  ...['model.layers=1', 'kernels=fixed'], // few kernels to compile on a software adapter
  'sft.steps=4',
  'sft.sequences=8',
  'grpo.steps=2',
  'grpo.prompts=2',
  'grpo.groupSize=4',
  'evaluation.problems=4',
];
export const training = (out: string, ...more: string[]) => [
  ...['train', '--recipe', 'parity-8-nano', '--out', at(out), ...TINY.flatMap((set) => ['--set', set])],
  ...more,
];
export const train = (out: string, ...more: string[]) => lab(...training(out, ...more));

/** Weights of a checkpoint of a run. */
export const weightsOf = (run: string, checkpoint: string) =>
  readFileSync(path.join(run, 'checkpoints', checkpoint, 'model.safetensors'));

/** Options and fields of the smallest run, on the CPU reference. */
export const CPU = ['--adapter', 'cpu'];
export const SMALLEST = [
  ...['model.layers=1', 'model.width=8', 'model.heads=2', 'model.kvHeads=1', 'model.ffn=8', 'task.level=6'],
  ...['sft.steps=2', 'sft.sequences=2', 'sft.warmup=0', 'grpo.steps=0', 'grpo.prompts=1', 'grpo.groupSize=2'],
  ...['reward.lMax=16', 'evaluation.problems=1', 'evaluation.base=false'],
].flatMap((set) => ['--set', set]);
export const smallestTraining = (out: string, ...sets: string[]) => [
  ...['train', '--recipe', 'parity-8-nano', '--out', out, ...CPU, ...SMALLEST],
  ...sets.flatMap((set) => ['--set', set]),
];

/** Writes a model with initial weights to a folder and returns the folder. */
export function untrainedModel(name: string): string {
  const tokenizer = new Tokenizer();
  const config = modelConfigOf(recipeByName('parity-8-nano'), tokenizer.size);
  const files = modelToFiles({ config, tensors: initialTensors(parameterTable(config), 0.07, 1), tokenizer });
  mkdirSync(at(name));
  for (const [file, bytes] of Object.entries(files)) write(`${name}/${file}`, bytes);
  return at(name);
}
