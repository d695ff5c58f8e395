/** `reproduce`: runs experiments on the report's findings, each into a result file that the Evaluate screen shows. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { collate, type Experiment, type Outcome } from '../../lab/report/experiment';
import { experimentById, experiments } from '../../lab/report/index';
import { outcomeOf } from '../../lab/report/outcome';
import { pagesOf, VERDICT_WORDS } from '../../lab/report/page';
import { parseResult, type Result, type ResultInput, resultToText } from '../../lab/report/results';
import { Workbench } from '../../lab/report/workbench';
import { excerpt } from '../../quote';
import { ADAPTER, withAdapter } from '../adapter';
import { command, type Given, type Options } from '../command';
import { checkWritable, makeFolder, writeFile } from '../files';
import { InputError, input, numeric, readText, SEED } from '../input';
import { armNamed, printArm } from '../oneArm';
import { print } from '../output';
import { keeps } from '../stopping';

const INDEX = 'index.json';
const RESULTS = path.join('public', 'results');

function seedsOf(text: string): number[] {
  const seeds = text.split(',').map((part) => numeric(part, 'seeds', 0, SEED));
  if (new Set(seeds).size < seeds.length)
    throw new InputError(`--seeds: ${excerpt(text)} names a seed twice; give each once`);
  return seeds;
}

/** Commit of the code, with a mark if the code has changed since. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return `${git('rev-parse', '--short', 'HEAD').trim()}${git('status', '--porcelain', 'src', 'shaders') ? ', changed' : ''}`;
  } catch {
    return 'unknown';
  }
}

/**
 * Reads the results in a folder and ignores other files.
 * @throws InputError naming a file that has the name of a result but is not that experiment's result
 */
function resultsIn(folder: string): Result[] {
  const ids = experiments.map(({ id }) => id).sort();
  return ids.flatMap((id) => {
    const file = path.join(folder, `${id}.json`);
    if (!existsSync(file)) return [];
    const result = input(() => parseResult(readText(file), file));
    if (result.id !== id)
      throw new InputError(`${file} is the result of ${excerpt(result.id)}; rename it, or choose another folder`);
    return [result];
  });
}

/** Concludes each result in the folder again, then writes the pages and the list of results. */
function writeIndex(folder: string, pages: string): void {
  const texts = resultsIn(folder).map((result) => {
    const { id, title, finding, report, columns, why, conclude } = experimentById(result.id);
    const concluded = { ...result, id, title, finding, report, columns: [...columns], why, ...conclude(result) };
    return [path.join(folder, `${id}.json`), input(() => resultToText(concluded))] as const;
  });
  const results = texts.map(([file, text]) => parseResult(text, file));
  for (const [file, text] of texts) writeFile(file, text);
  for (const [name, text] of Object.entries(pagesOf(results))) writeFile(path.join(pages, name), text);
  writeFile(path.join(folder, INDEX), `${JSON.stringify(results.map(({ id }) => id))}\n`);
}

/** Experiments by name. @throws naming one that is unknown or given twice */
function experimentsOf(names: readonly string[]): readonly Experiment[] {
  const chosen = names.flatMap((name) => (name === 'ALL' ? experiments : [input(() => experimentById(name))]));
  if (new Set(chosen).size < chosen.length)
    throw new InputError(`reproduce: ${excerpt(names.join(' '))} names an experiment twice; give each once`);
  return chosen;
}

const options = {
  seeds: { type: 'string', value: 'N,N,…', help: 'seeds, one run for each (default 0,1,2)' },
  out: { type: 'string', value: 'DIR', help: 'folder for results and pages (default: public/results and docs)' },
  arm: {
    type: 'string',
    value: 'NAME',
    help: 'runs one arm of one experiment and prints its numbers beside those of the result file; writes nothing',
  },
  json: { type: 'boolean', help: 'with --arm: prints one line of JSON for each seed' },
  pages: {
    type: 'boolean',
    help: 'computes nothing: concludes the recorded numbers again and writes files and pages',
  },
  adapter: ADAPTER,
} as const satisfies Options;

/** Runs one arm of one experiment. @throws InputError naming the option that does not go with --arm */
async function workOnArm(given: Given<typeof options>, chosen: readonly Experiment[], name: string): Promise<void> {
  const [experiment, ...more] = chosen;
  if (given.pages) throw new InputError('--pages runs nothing: leave out --arm, or leave out --pages');
  if (!experiment || more.length > 0) throw new InputError('--arm runs one arm of one experiment; name the experiment');
  const arm = armNamed(experiment, name);
  const seeds = seedsOf(given.seeds ?? '0,1,2');
  const folder = given.out ?? RESULTS;
  await withAdapter(given.adapter, (device) => {
    const bench = new Workbench(device, (text) => console.error(`  ${text}`));
    return printArm(experiment, arm, seeds, bench, { folder, json: given.json === true });
  });
}

/** Experiments with common arms share the training of those arms. The result file is written after each seed. */
async function work(given: Given<typeof options>, positionals: readonly string[]): Promise<void> {
  if (positionals.length === 0 && !given.pages)
    throw new InputError(`name one or more of ${experiments.map(({ id }) => id).join(', ')}, or ALL`);
  const chosen = experimentsOf(positionals);
  if (given.arm !== undefined) return workOnArm(given, chosen, given.arm);
  if (given.json) throw new InputError('--json prints the numbers of one arm; name it with --arm');
  if (chosen.length > 0 && given.pages)
    throw new InputError(`--pages runs nothing: leave out ${excerpt(positionals.join(' '))}, or leave out --pages`);
  const seeds = seedsOf(given.seeds ?? '0,1,2');
  const out = given.out ?? RESULTS;
  const pages = given.out === undefined ? 'docs' : out;
  makeFolder(out);
  for (const { id } of [...chosen, ...resultsIn(out)]) checkWritable(path.join(out, `${id}.json`));
  checkWritable(path.join(out, INDEX));
  for (const name of Object.keys(pagesOf([]))) checkWritable(path.join(pages, name));
  if (chosen.length === 0) return writeIndex(out, pages);
  keeps(() => `the finished seeds are in ${out}`);
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
        outcomes.push(await outcomeOf(experiment, bench, seed));
        reused += bench.takeReused();
        // the time of the experiment alone, without sharing
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
  summary: "Runs the experiments on the report's findings",
  examples: [
    'reproduce E3 --seeds 0,1,2',
    'reproduce E3 --arm addition-2 --seeds 1',
    'reproduce E1 E4',
    'reproduce --pages',
  ],
  notes: [
    'Each experiment runs base → SFT → GRPO as far as it needs. `Lessons` checks the statements of the teaching recipes; `ALL` runs everything. Writes `public/results/*.json`, which *The report beside us* in Runs shows, and the pages [docs/report.md](report.md) and [docs/lessons.md](lessons.md).',
    '`--arm` runs a single row of the table, such as `addition-2` of E3, and prints its numbers beside the mean and the range of the recorded seeds. The button *Run this setting* in the page computes the same numbers.',
  ],
  operands: { usage: 'E1 E2 …', help: `one or more of ${experiments.map(({ id }) => id).join(', ')}, or ALL` },
  options,
  writesFiles: true,
  run: work,
});
