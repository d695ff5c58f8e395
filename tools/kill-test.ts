/** Kills of runs at random moments: `npm run kill-test -- [--times N] [--seed S]`. The tests make four; this as many as wanted. */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { times: { type: 'string' }, seed: { type: 'string' } } });
for (const [name, text] of Object.entries(values))
  if (!/^\d{1,9}$/.test(text ?? '')) throw new Error(`--${name}: ${text} is not a whole number from 0 to 999999999`);
const { times = '50', seed = String(Date.now() % 1e9) } = values;
console.log(`${times} kills, seed ${seed}`);
const env = { ...process.env, KILL_TIMES: times, KILL_SEED: seed };
const vitest = spawn('npx', ['vitest', 'run', '--project', 'browser', 'e2e/kill.test.ts'], { env, stdio: 'inherit' });
vitest.on('close', (code) => {
  process.exitCode = code ?? 1;
});
