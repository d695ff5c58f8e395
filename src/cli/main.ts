/** The lab from a terminal. `stopping.ts` has the exit codes. */
import { listenForSignals } from './stopping';

listenForSignals(); // before the rest is loaded, so that no signal comes too early to be heard
const { commandOf, dispatch } = await import('./dispatch');
const { watchOutput } = await import('./output');
const { turn } = await import('../turn');

const args = process.argv.slice(2);
watchOutput(commandOf(args[0])?.writesFiles ?? false);
const code = await dispatch(args);
await turn(); // errors of streams arrive a turn late
// what a stopped command left behind must not go on
process.exit(process.exitCode === undefined ? code : code || Number(process.exitCode));
