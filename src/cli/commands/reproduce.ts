/** `reproduce`: the report's findings again, each into a result file that the Evaluate screen shows. */

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { collate, type Experiment, type Outcome } from '../../lab/experiments/experiment';
import { experimentById, experiments } from '../../lab/experiments/index';
import { pagesOf, VERDICT_WORDS } from '../../lab/experiments/page';
import { Workbench } from '../../lab/experiments/workbench';
import { parseResult, type ResultInput, resultToText } from '../../lab/results';
import { excerpt } from '../../quote';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { checkWritable, makeFolder, writeFile } from '../files';
import { InputError, input, numeric, readText, SEED } from '../input';
import { print } from '../output';
import { keeps } from '../stopping';

const INDEX = 'index.json';

function seedsOf(text: string): number[] {
  const seeds = text.split(',').map((part) => numeric(part, 'seeds', 0, SEED));
  if (new Set(seeds).size < seeds.length) throw new InputError(`--seeds: ${excerpt(text)} names a seed twice`);
  return seeds;
}

/** The commit that the code stands at, and whether it was changed since. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return `${git('rev-parse', '--short', 'HEAD').trim()}${git('status', '--porcelain', 'src', 'shaders') ? ', changed' : ''}`;
  } catch {
    return 'unknown';
  }
}

/** Lists the results that stand in the folder, says of each what the experiments say now, and writes the pages. */
function writeIndex(folder: string, pages: string): void {
  const ids = readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== INDEX)
    .map((name) => path.basename(name, '.json'))
    .sort();
  writeFile(path.join(folder, INDEX), `${JSON.stringify(ids)}\n`);
  const results = ids.map((id) => path.join(folder, `${id}.json`));
  const parsed = results.map((file) => {
    const result = parseResult(readText(file), file);
    const { id, title, finding, report, columns, why, conclude } = experimentById(result.id);
    const told = { ...result, id, title, finding, report, columns: [...columns], why, ...conclude(result) };
    writeFile(file, resultToText(told));
    return parseResult(readText(file), file);
  });
  for (const [name, text] of Object.entries(pagesOf(parsed))) writeFile(path.join(pages, name), text);
}

const options = {
  seeds: { type: 'string', value: 'N,N,…', help: 'a run for each (default 0,1,2)' },
  out: { type: 'string', value: 'DIR', help: 'a folder for results and pages (default: public/results and docs)' },
  pages: { type: 'boolean', help: 'runs nothing: says anew, in files and on pages, what the numbers there say' },
  adapter: ADAPTER,
} as const satisfies Options;

/**
 * `reproduce E1 E3 --seeds 0,1,2`: experiments that share arms share their training; each seed is written as it is done.
 * `reproduce --pages` runs nothing: what is said of the numbers that there are is said anew, in the files and on the pages.
 */
async function work(given: Given<typeof options>, positionals: readonly string[]): Promise<void> {
  if (positionals.length === 0 && !given.pages)
    throw new InputError(`name one or more of ${experiments.map(({ id }) => id).join(', ')}, or ALL`);
  const chosen = positionals.includes('ALL') ? experiments : positionals.map((id) => input(() => experimentById(id)));
  const seeds = seedsOf(given.seeds ?? '0,1,2');
  const out = given.out ?? path.join('public', 'results');
  const pages = given.out === undefined ? 'docs' : out;
  makeFolder(out);
  if (positionals.length === 0) return writeIndex(out, pages);
  for (const { id } of chosen) checkWritable(path.join(out, `${id}.json`));
  checkWritable(path.join(out, INDEX));
  for (const name of Object.keys(pagesOf([]))) checkWritable(path.join(pages, name));
  keeps(() => `the seeds that were finished are in ${out}`);
  const made = { commit: commit(), adapter: given.adapter };
  await withAdapter(given.adapter, async (device) => {
    const bench = new Workbench(device, (text) => console.error(`  ${text}`));
    for (const experiment of chosen) {
      const began = performance.now();
      bench.takeReused();
      let reused = 0;
      const outcomes: Outcome[] = [];
      const file = path.join(out, `${experiment.id}.json`);
      for (const [i, seed] of seeds.entries()) {
        console.error(`${experiment.id}, seed ${seed}`);
        outcomes.push(await experiment.run(bench, seed));
        reused += bench.takeReused();
        // as if it had run alone
        const seconds = (performance.now() - began) / 1000 + reused;
        const result = resultOf(experiment, bench.device.name, outcomes, seeds.slice(0, i + 1), seconds, made);
        writeFile(file, resultToText(result));
        if (i === seeds.length - 1)
          print(
            `${experiment.id}, ${experiment.title}: ${result.found} It ${VERDICT_WORDS[result.verdict]}. (${path.normalize(file)})`,
          );
      }
      writeIndex(out, pages);
    }
  });
}

function resultOf(
  experiment: Experiment,
  adapterName: string,
  outcomes: readonly Outcome[],
  seeds: readonly number[],
  seconds: number,
  made: { readonly commit: string; readonly adapter: string | undefined },
): ResultInput {
  const { id, title, finding, report, columns, why, conclude } = experiment;
  const measured = collate(outcomes);
  const adapter = made.adapter === undefined ? '' : ` --adapter ${made.adapter}`;
  return {
    id,
    title,
    finding,
    report,
    command: `npm run lab -- reproduce ${id} --seeds ${seeds.join(',')}${adapter}`,
    seeds: [...seeds],
    adapter: adapterName,
    date: new Date().toISOString().slice(0, 10),
    commit: made.commit,
    seconds: Math.round(seconds),
    columns: [...columns],
    ...measured,
    ...conclude(measured),
    why,
  };
}

export const reproduce = command({
  name: 'reproduce',
  summary: "runs the report's findings again",
  operands: { usage: 'E1 E2 …', help: `one or more of ${experiments.map(({ id }) => id).join(', ')}, or ALL` },
  options,
  writesFiles: true,
  run: work,
});
