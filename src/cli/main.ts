/** Entry point of `npm run lab`. */
import { listenForSignals } from './stopping';

listenForSignals(); // before the rest loads, so that no signal is lost
const { commandOf, dispatch } = await import('./dispatch');
const { watchOutput } = await import('./output');
const { turn } = await import('../turn');

const args = process.argv.slice(2);
watchOutput(commandOf(args[0])?.writesFiles ?? false);
const code = await dispatch(args);
await turn(); // errors of streams arrive one turn late
// an abandoned command must not go on
process.exit(process.exitCode === undefined ? code : code || Number(process.exitCode));
