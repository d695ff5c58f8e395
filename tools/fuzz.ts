/**
 * Mutated files for every importer: `npm run fuzz -- [--seconds N | --files N] [--seed S] [--importer NAME]…`. Prints the
 * number of files and the seeds that failed; `--seed S` alone repeats one. Exits with 1 after a failure.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createServer } from 'vite';
import type * as Fixture from '../src/fuzz/target.fixture';
import type * as Targets from '../src/fuzz/targets.fixture';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    files: { type: 'string' },
    seed: { type: 'string' },
    importer: { type: 'string', multiple: true },
  },
});
/** Reads a whole number. @throws naming the option */
function whole(name: 'seconds' | 'files' | 'seed'): number | null {
  const text = values[name];
  if (text === undefined) return null;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name}: ${text} is not a whole number from 0 to 999999999`);
  return Number(text);
}
const seconds = whole('seconds');
const given = whole('seed');
const files = whole('files') ?? (seconds !== null ? Infinity : given !== null ? 1 : 500);
/** A run by time tries new files each day and hour. */
const first = given ?? (seconds === null ? 0 : Date.now() % 1e9);

/** Milliseconds that an importer gets before the next one. */
const TURN_MS = 50;
/** Seconds after which a file counts as one that never ends. */
const HANG_S = 20;
/** Ends the process with the name of the file when the seed stays the same: an endless loop lets no timer run. */
const WATCHDOG = `
const { workerData: { now, names, seconds } } = require('node:worker_threads');
let last = '';
let since = 0;
setInterval(() => {
  const at = Atomics.load(now, 0) + ' ' + Atomics.load(now, 1);
  since = at === last ? since + 1 : 0;
  last = at;
  if (since < seconds) return;
  require('node:fs').writeSync(2, names[now[0]] + ': seed ' + now[1] + ': did not end within ' + seconds + ' s\\n');
  process.kill(process.pid, 'SIGKILL');
}, 1000);`;

// the sources with styles and shaders, as vitest loads them
const server = await createServer({
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  logLevel: 'warn',
});
const { targets } = (await server.ssrLoadModule('/src/fuzz/targets.fixture.ts')) as typeof Targets;
const { faultOfSeed } = (await server.ssrLoadModule('/src/fuzz/target.fixture.ts')) as typeof Fixture;

const chosen = targets.filter(({ name }) => values.importer?.includes(name) ?? true);
if (chosen.length === 0) throw new Error(`--importer: use one of ${targets.map(({ name }) => name).join(', ')}`);
/** Number of the importer, and the seed. */
const now = new Int32Array(new SharedArrayBuffer(8));
const workerData = { now, names: chosen.map(({ name }) => name), seconds: HANG_S };
const watchdog = new Worker(WATCHDOG, { eval: true, workerData });

const end = seconds === null ? Infinity : performance.now() + 1000 * seconds;
const done = chosen.map(() => 0);
let failures = 0;
while (performance.now() < end && done.some((count) => count < files))
  for (const [i, target] of chosen.entries()) {
    const turn = Math.min(end, performance.now() + TURN_MS);
    while (done[i]! < files && performance.now() < turn) {
      const seed = first + done[i]!;
      done[i] = done[i]! + 1;
      now.set([i, seed]);
      const fault = await faultOfSeed(target, seed);
      if (fault === null) continue;
      failures++;
      console.error(`${target.name}: ${fault}\n  repeat: npm run fuzz -- --seed ${seed} --importer '${target.name}'`);
    }
  }
for (const [i, { name }] of chosen.entries()) console.log(`${String(done[i]).padStart(8)}  ${name}`);
const sum = done.reduce((all, count) => all + count, 0);
console.log(`${sum} mutated files, seeds from ${first}, ${failures} ${failures === 1 ? 'failure' : 'failures'}`);
process.exitCode = failures > 0 ? 1 : 0;
await watchdog.terminate();
await server.close();
