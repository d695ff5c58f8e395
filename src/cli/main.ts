/** The lab from a terminal. `stopping.ts` has the exit codes. */

import { SizeError } from '../gpu/device';
import { SelfTestError } from '../lab/selfTest/selfTest';
import { NonFiniteError } from '../train/nonFiniteError';
import { turn } from '../turn';
import { compare } from './commands/compare';
import { curate } from './commands/curate';
import { data, verify } from './commands/data';
import { evaluate } from './commands/evaluate';
import { mixture } from './commands/mixture';
import { probe } from './commands/probe';
import { reproduce } from './commands/reproduce';
import { sample } from './commands/sample';
import { train } from './commands/train';
import { transfer } from './commands/transfer';
import { InputError } from './input';
import { print, watchOutput } from './output';
import { EXIT, ExitError, listenForSignals, unlessStopped, whatIsKept } from './stopping';

const USAGE = `The lab from a terminal.

  train  --recipe NAME|FILE --out DIR [--seed N] [--adapter auto|webgpu|cpu] [--set field=value …] [own]
  sample --model DIR --prompt TEXT [-n N] [--temperature T] [--top-k K] [--top-p P] [--min-p P] [--max-new N] [--seed N] [--adapter …] [--json]
  eval   --model DIR --task NAME [--level L] [--problems N] [--runs R] [--of N] [--temperature T] [--max-new N] [--seed N]
         [--problem-seed N] [--out FILE.jsonl] [--adapter …] [--json] [own]
  compare  --a DIR --b DIR --task NAME [--level L] [--out DIR] [… as eval]
  transfer --models DIR,DIR --tasks NAME:LEVEL,NAME:LEVEL [--out DIR] [… as eval]
  curate   --model DIR --task NAME [--level L] --out FILE.jsonl [--pool N] [--samples K] [--low P] [--high P] [--select band|easy|hard|random|none]
           [--dedupe S] [--decontaminate S] [--against NAME:LEVEL,…] [--temperature T] [--max-new N] [--seed N] [--adapter …] [own]
  mixture  --recipe NAME|FILE --tasks NAME:LEVEL,… --out FILE.json [--problems N] [--epochs 1,2,4] [--seed N] [--adapter …] [--set field=value …] [--json] [own]
  data   --task NAME [--level L] [-n N] [--seed N] [own]
  verify --task NAME --in FILE [own]
  reproduce E1 … E8|Lessons|ALL [--seeds N,N,…] [--out DIR] [--pages] [--adapter …]
  probe  step|sample|reward|policy-loss [--model DIR] --in FILE --out FILE [--adapter …]

 [own] is --data FILE.jsonl [--match exact|numeric|regex] [--tolerance X]: problems of your own, for the task own`;

const commands: Readonly<Record<string, (args: readonly string[]) => void | Promise<void>>> = {
  train,
  sample,
  eval: evaluate,
  compare,
  transfer,
  curate,
  mixture,
  data,
  verify,
  probe,
  reproduce,
};

/** Commands whose work is in files: a closed standard output does not end them. */
const WRITERS: readonly string[] = ['train', 'reproduce', 'mixture', 'curate'];

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help') {
    print(USAGE);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (!command) throw new InputError(`there is no command ${name}\n\n${USAGE}`);
    // `train` finishes its step by itself; the others are left where they are
    await (command === train ? command(args) : unlessStopped(Promise.resolve(command(args)), whatIsKept));
    return 0;
  } catch (error) {
    if (error instanceof ExitError) {
      console.error(`error: ${error.message}`);
      return error.code;
    }
    const refused = error instanceof InputError || error instanceof SizeError || error instanceof NonFiniteError;
    console.error(refused || error instanceof SelfTestError ? `error: ${error.message}` : error);
    return refused ? EXIT.input : EXIT.failed;
  }
}

watchOutput(WRITERS.includes(process.argv[2] ?? ''));
listenForSignals();
const code = await main(process.argv.slice(2));
await turn(); // errors of streams arrive a turn late
// what a stopped command left behind must not go on
process.exit(process.exitCode === undefined ? code : code || Number(process.exitCode));
