/** The lab from a terminal. `stopping.ts` has the exit codes. */
import { turn } from '../turn';
import { commandOf, dispatch } from './dispatch';
import { watchOutput } from './output';
import { listenForSignals } from './stopping';

const args = process.argv.slice(2);
watchOutput(commandOf(args[0])?.writesFiles ?? false);
listenForSignals();
const code = await dispatch(args);
await turn(); // errors of streams arrive a turn late
// what a stopped command left behind must not go on
process.exit(process.exitCode === undefined ? code : code || Number(process.exitCode));
