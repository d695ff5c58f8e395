/** One call of the terminal: finds the command, prints help, and turns errors into a line and an exit code. */
import '../re2';
import { SizeError } from '../gpu/checks';
import { AdvisedError } from '../lab/run/advice';
import { MemoryError } from '../lab/run/fittingSetting';
import { SelfTestError } from '../lab/run/selfTest/selfTest';
import { bounded, excerpt } from '../quote';
import { NonFiniteError } from '../train/nonFiniteError';
import { asksForHelp, type Command } from './command';
import { commands as labCommands } from './commands';
import { EXIT } from './exitCodes';
import { errorCode } from './fileFault';
import { commandHelp, overview } from './help';
import { InputError, terminalMessage } from './input';
import { unlockAll } from './lock';
import { didYouMean } from './nearest';
import { print } from './output';
import { ExitError, unlessStopped, whatIsKept } from './stopping';

/** Environment variable that shows the stack of errors that otherwise take one line. */
const DEBUG = 'GROUPTHINK_DEBUG';

type Commands = readonly Command[];

export const commandOf = (name: string | undefined, commands: Commands = labCommands): Command | undefined =>
  commands.find((command) => command.name === name);

/** @throws InputError with the nearest name */
function known(name: string, commands: Commands): Command {
  const command = commandOf(name, commands);
  if (command) return command;
  const names = commands.map(({ name }) => name);
  const near = didYouMean(name, names) || `; use one of ${names.join(', ')}`;
  throw new InputError(`there is no command ${excerpt(name)}${near}`);
}

const isHelp = (text: string | undefined): boolean => text === 'help' || text === '--help' || text === '-h';

async function run([name, ...args]: readonly string[], commands: Commands): Promise<number> {
  if (name === undefined || (isHelp(name) && args[0] === undefined)) {
    print(overview(commands));
    return name === undefined ? EXIT.input : EXIT.done;
  }
  const command = known(isHelp(name) ? args[0]! : name, commands);
  if (isHelp(name) || asksForHelp(command, args)) {
    print(commandHelp(command));
    return EXIT.done;
  }
  const work = async () => command.run(args);
  await (command.stopsItself ? work() : unlessStopped(work(), whatIsKept));
  return EXIT.done;
}

/** True if the message explains the error. Any other error is a fault of the lab and keeps its stack. */
function isExplained(error: unknown): boolean {
  const kinds = [InputError, SizeError, NonFiniteError, SelfTestError, AdvisedError, ExitError];
  return kinds.some((kind) => error instanceof kind) || /^E[A-Z]+$/.test(errorCode(error) ?? '');
}

function printError(error: unknown): void {
  if (isExplained(error)) console.error(`error: ${bounded(terminalMessage(error as Error))}`);
  if (!isExplained(error) || process.env[DEBUG]) console.error(error);
  else if ((error as Error).cause && !isExplained((error as Error).cause)) console.error((error as Error).cause);
}

/**
 * Runs a command and returns the exit code.
 * @param commands the commands of the lab; a test may add its own
 */
export async function dispatch(args: readonly string[], commands: Commands = labCommands): Promise<number> {
  try {
    return await run(args, commands);
  } catch (error) {
    printError(error);
    if (error instanceof ExitError) return error.code;
    const refused = [InputError, SizeError, NonFiniteError, MemoryError].some((kind) => error instanceof kind);
    return refused ? EXIT.input : EXIT.failed;
  } finally {
    unlockAll();
  }
}
