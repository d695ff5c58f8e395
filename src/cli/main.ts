/** The lab from a terminal. Exit code 0 when done, 2 where the input is wrong, 1 where something else failed. */
import { data, verify } from './commands/data';
import { evaluate } from './commands/evaluate';
import { probe } from './commands/probe';
import { sample } from './commands/sample';
import { train } from './commands/train';
import { InputError } from './input';

const USAGE = `The lab from a terminal.

  train  --recipe NAME|FILE --out DIR [--seed N] [--adapter auto|webgpu|cpu] [--set field=value …] [own]
  sample --model DIR --prompt TEXT [-n N] [--temperature T] [--top-k K] [--top-p P] [--min-p P] [--max-new N] [--seed N] [--adapter …] [--json]
  eval   --model DIR --task NAME [--level L] [--problems N] [--runs R] [--temperature T] [--max-new N] [--seed N] [--adapter …] [--json] [own]
  data   --task NAME [--level L] [-n N] [--seed N] [own]
  verify --task NAME --in FILE [own]
  probe  step|sample|reward|policy-loss [--model DIR] --in FILE --out FILE [--adapter …]

[own] is --data FILE.jsonl [--match exact|numeric|regex] [--tolerance X]: problems of your own, for the task own`;

const commands: Readonly<Record<string, (args: readonly string[]) => void | Promise<void>>> = {
  train,
  sample,
  eval: evaluate,
  data,
  verify,
  probe,
};

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help') {
    console.log(USAGE);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (!command) throw new InputError(`there is no command ${name}\n\n${USAGE}`);
    await command(args);
    return 0;
  } catch (error) {
    console.error(error instanceof InputError ? `error: ${error.message}` : error);
    return error instanceof InputError ? 2 : 1;
  }
}

// a reader that has seen enough (`… | head`) is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await main(process.argv.slice(2));
