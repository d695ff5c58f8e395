/**
 * `npm run bench`: the same work by the lab and by its peers, on one adapter, in one process, in turns. Prints a table; --json
 * also writes the report behind the table of docs/bench.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { openAdapter } from './adapter';
import { measure } from './measure';
import { type Options, parseOptions, USAGE } from './options';
import { measurePeak } from './peak';
import { openPeer } from './peers';
import type { Peer } from './peers/peer';
import type { Report, Row } from './rows';
import { markdownTable, textTable } from './table';
import { worksNamed } from './works';

const say = (text: string) => process.stdout.write(`${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);

async function bench(options: Options): Promise<Report> {
  const works = worksNamed(options.only);
  const adapter = await openAdapter(options.adapter);
  const peers: Peer[] = [];
  for (const who of options.who) peers.push(await openPeer(who));
  const rows: Row[] = [];
  const retired = new Map<Peer, string>();
  const peak = options.who.includes('groupthink') ? await measurePeak() : null;
  const report = (): Report => ({
    adapter,
    date: new Date().toISOString(),
    node: process.version,
    cpu: `${os.cpus().length} × ${os.cpus()[0]?.model.trim()}`,
    peak,
    rows,
  });
  for (const work of works) {
    complain(work.name);
    rows.push(...(await measure(work, peers, options.budget * 1000, retired)));
    // after every work, so that a later failure loses no measurement
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report(), null, 1)}\n`);
  }
  return report();
}

/** Keeps the process alive after an unhandled rejection in a peer. */
process.on('unhandledRejection', (error) => complain(`unhandled: ${String(error)}`));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) say(USAGE);
  else {
    const report = options.from ? (JSON.parse(readFileSync(options.from, 'utf8')) as Report) : await bench(options);
    say(options.markdown ? markdownTable(report) : textTable(report));
  }
  process.exit(0); // drivers and devices of the peers would keep the process alive
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
