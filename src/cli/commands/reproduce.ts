/** `reproduce`: the report's findings again, each into a result file that the Evaluate screen shows. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { collate, type Experiment, type Outcome } from '../../lab/experiments/experiment';
import { experimentById, experiments } from '../../lab/experiments/index';
import { reportPage } from '../../lab/experiments/page';
import { Workbench } from '../../lab/experiments/workbench';
import { parseResult, type ResultInput, resultToText } from '../../lab/results';
import { withAdapter } from '../adapter';
import { InputError, input, numeric, options, SEED } from '../input';

const INDEX = 'index.json';

function seedsOf(text: string): number[] {
  const seeds = text.split(',').map((part) => numeric(part, 'seeds', 0, SEED));
  if (new Set(seeds).size < seeds.length) throw new InputError(`--seeds: ${text} names a seed twice`);
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

/** Lists the results that stand in the folder, and writes the page of those of the report. */
function writeIndex(folder: string, page: string): void {
  const ids = readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== INDEX)
    .map((name) => path.basename(name, '.json'))
    .sort();
  writeFileSync(path.join(folder, INDEX), `${JSON.stringify(ids)}\n`);
  const results = ids.filter((id) => /^E\d+$/.test(id)).map((id) => path.join(folder, `${id}.json`));
  writeFileSync(page, reportPage(results.map((file) => parseResult(readFileSync(file, 'utf8'), file))));
}

/** `reproduce E1 E3 --seeds 0,1,2`: experiments that share arms share their training. */
export async function reproduce(args: readonly string[]): Promise<void> {
  const ids = args.filter((arg, i) => /^[A-Z]\w*$/.test(arg) && !args[i - 1]?.startsWith('--'));
  const given = options(
    args.filter((arg) => !ids.includes(arg)),
    { seeds: { type: 'string' }, out: { type: 'string' }, adapter: { type: 'string' } },
  );
  if (ids.length === 0)
    throw new InputError(`name one or more of ${experiments.map(({ id }) => id).join(', ')}, or ALL`);
  const chosen = ids.includes('ALL') ? experiments : ids.map((id) => input(() => experimentById(id)));
  const seeds = seedsOf(given.seeds ?? '0,1,2');
  const out = given.out ?? path.join('public', 'results');
  const page = given.out === undefined ? path.join('docs', 'report.md') : path.join(out, 'report.md');
  input(() => mkdirSync(out, { recursive: true }));
  await withAdapter(given.adapter, async (device) => {
    const bench = new Workbench(device, (text) => console.error(`  ${text}`));
    for (const experiment of chosen) {
      const result = await perform(experiment, bench, seeds);
      const file = path.join(out, `${experiment.id}.json`);
      const text = resultToText(result);
      writeFileSync(file, text);
      writeIndex(out, page);
      console.log(`${experiment.id}, ${experiment.title}: ${result.found} (${file})`);
    }
  });
}

async function perform(experiment: Experiment, bench: Workbench, seeds: readonly number[]): Promise<ResultInput> {
  const began = performance.now();
  bench.takeReused();
  const outcomes: Outcome[] = [];
  for (const seed of seeds) {
    console.error(`${experiment.id}, seed ${seed}`);
    outcomes.push(await experiment.run(bench, seed));
  }
  const { id, title, finding, report, columns, why, conclude } = experiment;
  const measured = collate(outcomes);
  return {
    id,
    title,
    finding,
    report,
    command: `npm run lab -- reproduce ${id} --seeds ${seeds.join(',')}`,
    seeds: [...seeds],
    adapter: bench.device.name,
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    // as if it had run alone
    seconds: Math.round((performance.now() - began) / 1000 + bench.takeReused()),
    columns: [...columns],
    ...measured,
    ...conclude(measured),
    why,
  };
}
