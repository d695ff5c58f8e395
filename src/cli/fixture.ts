/** The terminal as tests use it: a folder of their own, the command as `npm run lab` runs it, a tiny training. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

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

/**
 * What `npm run lab -- …` runs, as npm runs it: by a shell, which makes way (`exec`), so that a signal to npm reaches the lab
 * rather than a shell that waits for it.
 */
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: { lab: string } };
export const labCommand = (args: readonly string[]): [command: string, args: string[]] => [
  'sh',
  ['-c', `${scripts.lab} "$@"`, 'lab', ...args],
];
export const lab = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(...labCommand(args), { cwd: ROOT, maxBuffer: 1e8 }, (error, out, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out, error: stderr }),
    );
  });
export const lines = ({ out }: Ended) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const TINY = [
  'sft.steps=4',
  'sft.sequences=8',
  'grpo.steps=2',
  'grpo.prompts=2',
  'grpo.groupSize=4',
  'evaluation.problems=4',
];
export const train = (out: string, ...more: string[]) =>
  lab('train', '--recipe', 'parity-8-nano', '--out', at(out), ...TINY.flatMap((set) => ['--set', set]), ...more);
