/** Processes of the terminal that are killed while they train. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expectSameResult, resultOf } from '../../src/lab/stored/stored.fixture';
import { nodeFiles } from '../../src/runs/nodeFiles';
import { momentOf, RECIPE } from './recipe';

const ROOT = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'groupthink-kill-'));
export const recipe = path.join(folder, 'recipe.json');
writeFileSync(recipe, JSON.stringify(RECIPE));

interface Ended {
  readonly code: number | null;
  readonly error: string;
  /** Time from the first event to the end, ms. */
  readonly took: number;
}

export const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A training in a process of its own. */
export interface Training {
  readonly child: ChildProcess;
  /** Resolves when the process has opened the journal, or has ended. */
  readonly opened: Promise<void>;
  readonly ended: Promise<number | null>;
  /** Text on standard error so far. */
  error(): string;
}

export function startTraining(out: string, args: readonly string[]): Training {
  const lab = ['--import', 'tsx', '--import', './tools/wgsl-hook.mjs', 'src/cli/main.ts', 'train', ...args];
  const child = spawn(process.execPath, lab, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  let error = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const open = async () => {
    // a resumed run has its journal from the start, and its lock only while a process has it
    for (const file of ['run.lock', 'events.jsonl'])
      while (child.exitCode === null && child.signalCode === null && !existsSync(path.join(out, file))) await after(5);
  };
  return { child, opened: open(), ended, error: () => error };
}

/** Trains, and kills the process a time after it opened the journal. */
async function train(out: string, args: readonly string[], killAfter = Number.POSITIVE_INFINITY): Promise<Ended> {
  const { child, opened, ended, error } = startTraining(out, args);
  await opened;
  const began = performance.now();
  const timer = Number.isFinite(killAfter) && setTimeout(() => child.kill('SIGKILL'), killAfter);
  const code = await ended;
  if (timer) clearTimeout(timer);
  return { code, error: error(), took: performance.now() - began };
}

export const finish = async (out: string, args: readonly string[]): Promise<Ended> => {
  const ended = await train(out, args);
  if (ended.code !== 0) throw new Error(`train ${args.join(' ')} ended with ${ended.code}: ${ended.error}`);
  return ended;
};

/** Kills of processes on an adapter, compared with a run that was not killed. */
export class ProcessKills {
  private whole: { readonly result: Awaited<ReturnType<typeof resultOf>>; readonly took: number } | null = null;
  constructor(private readonly adapter: 'cpu' | 'auto') {}

  private start(out: string): string[] {
    return ['--recipe', recipe, '--out', out, ...(this.adapter === 'cpu' ? ['--adapter', 'cpu'] : [])];
  }

  private resume(out: string): string[] {
    return ['--resume', out, ...(this.adapter === 'cpu' ? ['--adapter', 'cpu'] : [])];
  }

  /** @returns true if the kill came before the end of the run @throws if the run, resumed, has other events or weights */
  async trial(trial: number): Promise<boolean> {
    if (!this.whole) {
      const out = path.join(folder, `whole-${this.adapter}`);
      const { took } = await finish(out, this.start(out));
      this.whole = { result: await resultOf(nodeFiles(out)), took };
    }
    const out = path.join(folder, `${this.adapter}-${trial}`);
    const { share, second } = momentOf(trial);
    let { code } = await train(out, this.start(out), share * this.whole.took);
    const wasKilled = code === null;
    if (code === null && second !== null) ({ code } = await train(out, this.resume(out), second * this.whole.took));
    if (code === null) await finish(out, this.resume(out));
    await expectSameResult(nodeFiles(out), this.whole.result);
    return wasKilled;
  }
}
